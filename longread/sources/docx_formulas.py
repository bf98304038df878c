"""Formulas in a Word document, which mammoth leaves out, as text."""

from __future__ import annotations

from lxml import etree

from longread.sources import formulas
from longread.sources.docx_styles import named
from longread.sources.tree import Element

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT_MATH = "{http://purl.oclc.org/ooxml/officeDocument/math}"


def with_formulas(text: str) -> str:
    """The XML of a part of a document, with its formulas as text. XML that is broken stays as it
    is."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return text
    for space in (_MATH, _STRICT_MATH):
        for formula in list(root.iter(f"{space}oMath")):
            _write(formula, named(root, "r"), named(root, "t"))
        for box in list(root.iter(f"{space}oMathPara")):
            _unwrap(box)
    return str(etree.tostring(root, encoding="unicode"))


def _write(formula: Element, run: str, text: str) -> None:
    """Put a run with a formula's text in its place."""
    made = etree.Element(run)
    etree.SubElement(made, text, {_SPACE: "preserve"}).text = formulas.omml(formula)
    made.tail = formula.tail
    formula.getparent().replace(formula, made)


def _unwrap(box: Element) -> None:
    """Put what stands in an element in its place."""
    parent = box.getparent()
    place = parent.index(box)
    for child in [child for child in box if child.tag == f"{{{etree.QName(parent).namespace}}}r"]:
        parent.insert(place, child)
        place += 1
    parent.remove(box)


_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
