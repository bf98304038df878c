from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longread.document import Document, document_from_json
from longread.memory.packing import pack_structure, pack_text, unpack
from longread.sources import read_document
from longread.sources.marks import END, places_in, plain
from longread.structure import cut
from longread.text import squeeze

HTML = """<html><body><h1>A <i>tale</i></h1>
<p><b>CHAPTER</b> one had <i> two  words </i>, soft\u00ad<em>ly</em> said;
<span class="italic">so\ufdd0</span> it <i></i>
ended<sup><a epub:type="noteref" href="#n">1</a></sup>.</p>
<i><p>All of this.</p></i>
<blockquote class="verse">One <em>line<br>and</em> another<br>third<br>fourth<br>fifth</blockquote>
<ul><li><strong>first</strong> thing</li><li>second</li></ul>
<table><tr><td><b>x</b></td><td>y</td></tr><tr><td>1</td><td>2</td></tr></table>
</body></html>"""


@pytest.fixture
def document(tmp_path: Path) -> Document:
    file = tmp_path / "tale.html"
    file.write_text(HTML, "utf-8")
    return read_document(file)


def words(document: Document) -> list[tuple[str, str]]:
    return [(item.kind, document.slice(item.span)) for item in document.emphasis]


def test_what_a_page_sets_off_is_kept_by_its_place(document: Document) -> None:
    assert words(document) == [
        ("bold", "CHAPTER"),
        ("italic", "two words"),
        ("italic", "ly"),
        ("italic", "so"),
        ("italic", "line\nand"),
        ("bold", "first"),
    ]
    assert "CHAPTER one had two words , softly said; so it ended[1]." in document.text
    assert not set(document.text) & set("\ufdd0\ufdd1\ufdd2")


def test_it_survives_the_library_and_a_reader_s_place(document: Document) -> None:
    kept = unpack(
        pack_text(document.text),
        pack_structure(document),
        title=document.title,
        author=document.author,
        language=document.language,
        format_name=document.format,
    )
    assert kept.emphasis == document.emphasis
    assert document_from_json(document.as_json()).emphasis == document.emphasis
    shorter, _ = cut(document, (), document.text.index("All of this"))
    assert words(shorter) == words(document)[:4]


@given(
    st.lists(st.sampled_from(["\ufdd0", "\ufdd1", END, "ab", " ", "\n", "\u00ad", "\u200b", "c "]))
)
def test_offsets_are_those_of_the_squeezed_text(parts: list[str]) -> None:
    text = "".join(parts)
    squeezed = squeeze(plain(text))
    for item in places_in(text, "prose")[0]:
        assert 0 <= item.span.start < item.span.end <= len(squeezed)
        assert (
            squeezed[item.span.start : item.span.end].strip()
            == squeezed[item.span.start : item.span.end]
        )
