from __future__ import annotations

import re
from pathlib import Path

import docx as word
import pytest

from longread.document import Document
from longread.errors import DamagedFile, EmptyDocument
from longread.sources import docx

from .build_epub_file import write_zip

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def relationships(*lines: tuple[str, str, str, bool]) -> str:
    outside_mark = ' TargetMode="External"'
    made = "".join(
        f'<Relationship Id="{key}" Type="{_R}/{kind}" Target="{target}"'
        f"{outside_mark if outside else ''}/>"
        for key, kind, target, outside in lines
    )
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
        f'2006/relationships">{made}</Relationships>'
    )


def write_raw(
    path: Path, body: str, prefix: str = "", main: str = "word/document.xml", **parts: str
) -> Path:
    names = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relationships(("r1", "officeDocument", main, False)),
        main: f'<?xml version="1.0"?>{prefix}<w:document xmlns:w="{_W}" '
        f'xmlns:r="{_R}"><w:body>{body}</w:body></w:document>',
    }
    return write_zip(path, names | parts)


def by_kind(document: Document) -> list[tuple[str, str]]:
    return [(item.kind, document.slice(item.span)) for item in document.paragraphs]


def test_styles_lists_tables_and_properties(tmp_path: Path) -> None:
    made = word.Document()
    made.core_properties.title = "The Report"
    made.core_properties.author = "Ann Writer"
    made.core_properties.language = "en-US"
    made.add_heading("The Report", 0)
    made.add_heading("First", 1)
    made.add_paragraph("Opening text.")
    made.add_heading("Deeper", 2)
    made.add_paragraph("Quoted.", style="Quote")
    table = made.add_table(rows=2, cols=2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"c{number}"
    made.add_heading("Second", 1)
    made.add_paragraph("Closing.")
    path = tmp_path / "r.docx"
    made.save(str(path))
    document = docx.read(path)
    assert (document.title, document.author, document.language) == (
        "The Report",
        "Ann Writer",
        "en-US",
    )
    assert [(item.title, item.level) for item in document.sections if item.title] == [
        ("First", 1),
        ("Deeper", 2),
        ("Second", 1),
    ]
    assert by_kind(document)[0] == ("heading", "The Report")
    assert ("quote", "Quoted.") in by_kind(document)
    assert ("table", "c0 | c1\nc2 | c3") in by_kind(document)


def test_footnotes_are_marked(tmp_path: Path) -> None:
    note = (
        f'<?xml version="1.0"?><w:footnotes xmlns:w="{_W}"><w:footnote w:id="2"><w:p><w:r>'
        "<w:t>Born in 1901.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    path = write_raw(
        tmp_path / "n.docx",
        '<w:p><w:r><w:t>The keeper</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:r><w:t> slept.</w:t></w:r></w:p>",
        **{"word/footnotes.xml": note},
    )
    assert by_kind(docx.read(path)) == [
        ("prose", "The keeper[1] slept."),
        ("footnote", "[1] Born in 1901."),
    ]


def test_an_external_picture_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    drawing = (
        "<w:p><w:r><w:drawing><wp:inline xmlns:wp='http://schemas.openxmlformats.org/drawingml/"
        "2006/wordprocessingDrawing'><wp:docPr id='1' name='n' descr='Picture words'/>"
        "<a:graphic xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>"
        "<a:graphicData><pic:pic xmlns:pic='http://schemas.openxmlformats.org/drawingml/2006/"
        "picture'><pic:blipFill><a:blip r:link='rId9'/></pic:blipFill></pic:pic>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        "<w:p><w:r><w:t>Text.</w:t></w:r></w:p>"
    )
    links = relationships(("rId9", "image", secret.as_uri(), True))
    path = write_raw(tmp_path / "x.docx", drawing, **{"word/_rels/document.xml.rels": links})
    assert docx.read(path).text == "Text."


def test_hidden_runs_are_left_out(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> Shown.</w:t></w:r></w:p>'
    )
    document = docx.read(write_raw(tmp_path / "h.docx", body))
    assert document.text == "Seen. Shown."
    assert document.warnings == ("Hidden text was left out.",)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    path = write_raw(
        tmp_path / "e.docx", "<w:p><w:r><w:t>&x;Text.</w:t></w:r></w:p>", prefix=doctype
    )
    assert docx.read(path).text == "Text."


def test_deep_nesting_is_an_error_and_no_crash(tmp_path: Path) -> None:
    depth = 5000
    body = "<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth
    with pytest.raises(DamagedFile, match="nests"):
        docx.read(write_raw(tmp_path / "d.docx", body))


def test_other_archives_and_broken_parts_are_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="no Word document"):
        docx.read(write_zip(tmp_path / "z.docx", {"a.txt": "x"}))
    with pytest.raises(DamagedFile, match="damaged"):
        docx.read(write_raw(tmp_path / "b.docx", "<w:p><w:r>"))
    (tmp_path / "o.docx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(DamagedFile, match="password"):
        docx.read(tmp_path / "o.docx")


def test_a_document_without_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        docx.read(write_raw(tmp_path / "e.docx", "<w:p/>"))


def level(number: int, form: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


CLAUSES = (
    level(0, "decimal", "%1.", '<w:pStyle w:val="Heading1"/>')
    + level(1, "decimal", "%1.%2")
    + level(2, "lowerLetter", "(%3)")
    + level(3, "upperRoman", "%4)")
    + level(4, "bullet", "\uf0b7")
    + level(5, "none", "")
)


def lists(*numbers: str, levels: str = CLAUSES, link: str = "") -> str:
    """A part with one kind of list, and lists of it under numbers from 1 on."""
    named = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="7"/>{overrides}</w:num>'
        for number, overrides in enumerate(numbers, start=1)
    )
    kind = f'<w:abstractNum w:abstractNumId="7">{link}{levels}</w:abstractNum>'
    return f'<?xml version="1.0"?><w:numbering xmlns:w="{_W}">{kind}{named}</w:numbering>'


def style(name: str, properties: str = "", based: str = "", kind: str = "paragraph") -> str:
    on = f'<w:basedOn w:val="{based}"/>' if based else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>{on}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


def styles(*made: str) -> str:
    return f'<?xml version="1.0"?><w:styles xmlns:w="{_W}">{"".join(made)}</w:styles>'


def paragraph(text: str, place: int | None = None, of: int = 1, style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    if place is not None:
        named += f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{of}"/></w:numPr>'
    return f"<w:p><w:pPr>{named}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_clauses_have_the_numbers_that_word_shows(tmp_path: Path) -> None:
    body = [
        paragraph("Supply", 0),
        paragraph("The Supplier delivers.", 1),
        paragraph("in spring,", 2),
        paragraph("in autumn.", 2),
        paragraph("The Customer pays.", 1),
        paragraph("Unless it is late, says a sentence between."),
        paragraph("Money", 0),
        paragraph("Clause 1.2 holds.", 1),
        paragraph("in full,", 2),
        paragraph("at once.", 3),
        paragraph("a coin", 4),
        paragraph("a note", 5),
    ]
    path = write_raw(tmp_path / "c.docx", "".join(body), **{"word/numbering.xml": lists("")})
    assert by_kind(docx.read(path)) == [
        (
            "list",
            "1. Supply\n1.1 The Supplier delivers.\n(a) in spring,\n(b) in autumn.\n"
            "1.2 The Customer pays.",
        ),
        ("prose", "Unless it is late, says a sentence between."),
        ("list", "2. Money\n2.1 Clause 1.2 holds.\n(a) in full,\nI) at once.\n- a coin"),
        ("prose", "a note"),
    ]


@pytest.mark.parametrize(
    ("override", "numbers"),
    [
        ("", ["1.", "2.", "3."]),
        (
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>',
            ["1.", "1.", "2."],
        ),
        (
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride>',
            ["1.", "9.", "10."],
        ),
        (
            f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "%1:")}</w:lvlOverride>',
            ["1.", "B:", "C:"],
        ),
    ],
)
def test_a_list_goes_on_or_begins_anew(tmp_path: Path, override: str, numbers: list[str]) -> None:
    body = paragraph("alpha", 0) + paragraph("Between.") + paragraph("beta", 0, of=2)
    path = write_raw(
        tmp_path / "l.docx",
        body + paragraph("gamma", 0, of=2),
        **{"word/numbering.xml": lists("", override)},
    )
    found = "\n".join(text for _, text in by_kind(docx.read(path))).split("\n")
    assert [line.split()[0] for line in found if line != "Between."] == numbers


def test_styles_bring_numbers_and_headings(tmp_path: Path) -> None:
    numbered = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    parts = {
        "word/numbering.xml": lists(""),
        "word/styles.xml": styles(
            style("heading 1", numbered).replace('"heading1"', '"Heading1"'),
            style("Chapter Title", based="Heading1"),
            style("Legal", '<w:outlineLvl w:val="1"/>'),
            style("Aside", '<w:outlineLvl w:val="9"/>', based="Heading1"),
        ),
    }
    outlined = "".join(
        f'<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for text in ("Deepest", "A long one. " * 40)
    )
    body = [
        paragraph("One", style="Heading1"),
        paragraph("Two", style="ChapterTitle"),
        paragraph("Deeper", style="Legal"),
        outlined,
        paragraph("Aside", 0, of=0, style="Aside"),
    ]
    document = docx.read(write_raw(tmp_path / "s.docx", "".join(body), **parts))
    paths = [document.section_path(index) for index in range(len(document.sections))]
    assert paths == [
        ("1. One",),
        ("2. Two",),
        ("2. Two", "Deeper"),
        ("2. Two", "Deeper", "Deepest"),
    ]
    assert [text for kind, text in by_kind(document) if kind == "prose"][-1] == "Aside"


def test_numbers_in_hostile_parts_are_short(tmp_path: Path) -> None:
    looped = styles(
        style("A", based="B"),
        style("B", '<w:numPr><w:numId w:val="2"/></w:numPr>', based="A", kind="numbering"),
    )
    forms = ("upperRoman", "lowerLetter", "decimalZero", "nonsense")
    levels = "".join(
        level(place, form, f"%{place + 1}" * 10_000) for place, form in enumerate(forms)
    ).replace('start w:val="1"', 'start w:val="999999999"')
    numbered = "".join(paragraph("x", place) for place in range(4))
    for link in ("", '<w:numStyleLink w:val="B"/>'):
        made = lists("", "", levels=levels, link=link)
        parts = {"word/numbering.xml": made, "word/styles.xml": looped}
        path = write_raw(tmp_path / "h.docx", numbered + paragraph("y", style="A"), **parts)
        text = docx.read(path).text
        assert text.count("x") == 4
        assert len(text) < 4_000


def test_a_document_of_another_name_is_read(tmp_path: Path) -> None:
    main = "word/document2.xml"
    links = relationships(("r1", "numbering", "numbers.xml", False))
    parts = {"word/_rels/document2.xml.rels": links, "word/numbers.xml": lists("")}
    path = write_raw(tmp_path / "m.docx", paragraph("alpha", 1), main=main, **parts)
    assert docx.read(path).text == "1.1 alpha"


_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def run_of_formula(text: str) -> str:
    return f"<m:r><m:rPr/><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<m:f><m:fPr/><m:num>{a+b}</m:num><m:den>{2}</m:den></m:f>", "(a+b)/2"),
        ("{A=π}<m:sSup><m:e>{r}</m:e><m:sup>{2}</m:sup></m:sSup>", "A=πr²"),
        ("<m:sSub><m:e>{x}</m:e><m:sub>{i}</m:sub></m:sSub>", "x_i"),
        ("<m:rad><m:radPr/><m:deg/><m:e>{a+b}</m:e></m:rad>", "√(a+b)"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{i=1}</m:sub>'
            "<m:sup>{n}</m:sup><m:e>{i}</m:e></m:nary>",
            "∑_(i=1)^n i",
        ),
        (
            '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e><m:m>'
            "<m:mr><m:e>{a}</m:e><m:e>{b}</m:e></m:mr><m:mr><m:e>{c}</m:e><m:e>{d}</m:e></m:mr>"
            "</m:m></m:e></m:d>",
            "[a, b; c, d]",
        ),
        ("<m:func><m:fName>{sin}</m:fName><m:e>{x}</m:e></m:func>", "sin x"),
        (
            '<m:acc><m:accPr><m:chr m:val="\u0302"/></m:accPr><m:e>{p}</m:e></m:acc>',
            "p\u0302",
        ),
    ],
)
def test_formulas_are_text_in_one_line(tmp_path: Path, formula: str, text: str) -> None:
    written = re.sub(r"\{(.*?)\}", lambda part: run_of_formula(part[1]), formula)
    body = (
        f"<w:p><w:r><w:t>Here</w:t></w:r><m:oMath {_M}>{written}</m:oMath>"
        "<w:r><w:t>is it.</w:t></w:r></w:p>"
        f"<w:p><m:oMathPara {_M}><m:oMathParaPr/><m:oMath>{written}</m:oMath></m:oMathPara></w:p>"
    )
    document = docx.read(write_raw(tmp_path / "a.docx", body))
    assert document.text == f"Here{text}is it.\n\n{text}"
