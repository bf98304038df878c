from __future__ import annotations

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


def write_raw(path: Path, body: str, prefix: str = "", **parts: str) -> Path:
    names = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relationships(("r1", "officeDocument", "word/document.xml", False)),
        "word/document.xml": f'<?xml version="1.0"?>{prefix}<w:document xmlns:w="{_W}" '
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
    assert [item.title for item in document.sections if item.title] == [
        "The Report",
        "First",
        "Deeper",
        "Second",
    ]
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
