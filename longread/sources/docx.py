"""Word documents (DOCX), through mammoth to HTML.

mammoth is given an archive made anew in memory: only the parts that hold text, without
document type declarations, pictures or links to files outside, and with the numbers that Word
computes and the formulas that it draws written into the text.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from pathlib import Path

from longread.document import Document, DocumentBuilder
from longread.errors import DamagedFile, EmptyDocument
from longread.sources import docx_formulas, docx_numbering, markup
from longread.sources.archive import Archive
from longread.sources.html import title_and_rest
from longread.sources.tree import Element, Warn, clean_xml, local_name, parse_html, parse_xml
from longread.sources.vocabulary import HEADINGS

_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='Caption'] => figcaption:fresh
p[style-name='caption'] => figcaption:fresh
r[style-name='Hidden'] => !
"""
_TEXT_PARTS = (".xml", ".rels")
_LANGUAGE = re.compile(r"""<w:lang\b[^>]{0,200}?w:val=["']([A-Za-z-]{2,20})["']""")
_HIDDEN_RUN = re.compile(
    r"<w:r\b(?:(?!</w:r>).){0,2000}?<w:vanish(?:\s+w:val=[\"'](?:1|true|on)[\"'])?\s*/>"
    r"(?:(?!</w:r>).){0,20000}</w:r>",
    re.S,
)


def read(path: Path) -> Document:
    """Read a DOCX file.

    Raises:
        DamagedFile: no DOCX, or one that breaks the format.
        ProtectedFile: it is locked with a password.
        LimitExceeded: it inflates to more than is allowed.
        EmptyDocument: there is no text in it.
    """
    builder = DocumentBuilder("docx")
    with Archive(path, "DOCX", builder.warn) as archive:
        if "word/document.xml" not in archive and "_rels/.rels" not in archive:
            raise DamagedFile(
                "This is not a DOCX file: there is no Word document in it.",
                hint="Give the file the ending that fits.",
            )
        packed, language = _repack(archive, builder.warn)
        _read_properties(archive, builder)
    builder.language = builder.language or language
    root = parse_html(_convert(packed, builder.warn))
    if root is not None:
        _put_below_title(root)
        found = markup.even_levels(markup.blocks(root, builder.warn))
        title, found = title_and_rest(found, builder.title)
        builder.title = title
        markup.add_by_headings(builder, found)
    builder.title = builder.title or path.stem
    document = builder.build()
    if not document.text:
        raise EmptyDocument("There is no text in the DOCX file.", hint="It may hold only pictures.")
    return document


def _repack(archive: Archive, warn: Warn) -> tuple[io.BytesIO, str]:
    packed = io.BytesIO()
    language = ""
    main = _related(archive, "", "officeDocument", "word/document.xml", warn)
    styles = _related(archive, main, "styles", "word/styles.xml", warn)
    numbering = _related(archive, main, "numbering", "word/numbering.xml", warn)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for name in archive:
            # An embedded style map could turn text into markup of its author's choice.
            if not name.lower().endswith(_TEXT_PARTS) or name.startswith("mammoth/"):
                continue
            text = clean_xml(archive.read(name), warn)
            if name == styles and (match := _LANGUAGE.search(text)):
                language = match[1]
            if name.startswith("word/") and "<w:vanish" in text and name != styles:
                text, count = _HIDDEN_RUN.subn("", text)
                if count:
                    warn("Hidden text was left out.")
            if name.startswith("word/") and "oMath" in text:
                text = docx_formulas.with_formulas(text)
            if name == main:
                parts = (_root_of(archive, part, warn) for part in (styles, numbering))
                text = docx_numbering.with_numbers(text, *parts)
            made.writestr(name, text)
    packed.seek(0)
    return packed, language


def _related(archive: Archive, part: str, kind: str, fallback: str, warn: Warn) -> str:
    """The part that another one, or the whole file, names as one of a kind."""
    folder, name = posixpath.split(part)
    root = _root_of(archive, posixpath.join(folder, "_rels", f"{name}.rels"), warn)
    for link in root.iter("{*}Relationship") if root is not None else ():
        target = posixpath.join("/", folder, link.get("Target") or "")
        found = archive.find(posixpath.normpath(target).lstrip("/"))
        if found and (link.get("Type") or "").endswith(f"/{kind}"):
            return found
    return archive.find(fallback) or fallback


def _root_of(archive: Archive, part: str, warn: Warn) -> Element | None:
    return parse_xml(archive.read(part), warn) if part in archive else None


def _convert(packed: io.BytesIO, warn: Warn) -> str:
    import mammoth

    try:
        result = mammoth.convert_to_html(
            packed,
            style_map=_STYLES + docx_numbering.STYLE_MAP,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=lambda _: [],
        )
    except RecursionError as error:
        raise DamagedFile(
            "The DOCX file nests its parts too deep.", hint="Save it again in a word processor."
        ) from error
    except Exception as error:
        # mammoth has no error type of its own: a broken part shows as whatever it met there.
        raise DamagedFile(
            f"The DOCX file is damaged: {type(error).__name__}.",
            hint="Open it in a word processor and save it again.",
        ) from error
    if any("external image" in message.message for message in result.messages):
        warn("A picture outside the file was not read.")
    return str(result.value)


def _put_below_title(root: Element) -> None:
    """Let a title stand above all headings; those of the highest level are of its rank in HTML."""
    if root.find(".//h1[@class='title']") is None:
        return
    for element in root.iter(*HEADINGS):
        if element.get("class") != "title":
            element.tag = f"h{min(HEADINGS[element.tag] + 1, docx_numbering.LOWEST_HEADING)}"


def _read_properties(archive: Archive, builder: DocumentBuilder) -> None:
    if "docProps/core.xml" not in archive:
        return
    root = parse_xml(archive.read("docProps/core.xml"), builder.warn)
    values = {
        local_name(element): (element.text or "").strip()
        for element in (root.iter("{*}*") if root is not None else ())
    }
    builder.title = values.get("title", "")
    builder.author = values.get("creator", "")
    builder.language = values.get("language", "")
