from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from longread.document import DocumentBuilder
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.summaries import Claim, Summary
from longread.reading.groups import group_passages
from longread.reading.tree import grow
from longread.report.page import page
from longread.report.portrait import portrait

EVIL = "<script>alert(1)</script><img src=http://x/y onerror=z>"


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("plain", title=f"The Boat {EVIL}", author="A & B", language="en")
    for number in (1, 2):
        builder.section(f"Chapter {number} {EVIL}")
        for _ in range(5 * number):
            builder.paragraph(f"“Yes,” said Mara Holt. “No,” said Tobias Wren in Varholm. {EVIL}")
    return library.add(builder.build(), sha256="1" * 64).id


def summarize(library: Library, document_id: str) -> None:
    """Summaries as a model would have written them: one claim each, and one without support."""
    document, passages = library.document(document_id), library.passages(document_id)
    groups = group_passages(document, passages)
    notes = [Note(g.number, g.first, g.last, f"Gist {g.number}.") for g in groups]
    library.add_notes(document_id, notes)
    claim = Claim(f"Mara goes & comes. {EVIL}", (1, 2))
    doubted = Claim("Nobody said so.", (1,), supported=False)
    library.add_summaries(
        document_id,
        [
            Summary(b.number, b.kind, b.title, b.first, b.last, (claim, doubted), claim, "x")
            for b in grow(document, groups)
        ],
    )


class Links(HTMLParser):
    """What a page names, what it links to, and what it would load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.add(value or "")
            elif name == "href":
                self.links.append(value or "")
            if name in ("src", "srcset", "data", "action") or name.startswith("on"):
                self.loads.append(f"{tag} {name}")
        if tag in ("script", "img", "iframe", "object", "link", "base"):
            self.loads.append(tag)


def test_a_portrait_without_a_summary(library: Library, document_id: str) -> None:
    found = portrait(library, document_id)
    assert not found.told
    assert [chapter.title.split("<")[0].strip() for chapter in found.chapters] == [
        "Chapter 1",
        "Chapter 2",
    ]
    assert found.chapters[1].words > found.chapters[0].words
    assert found.chapters[1].ends == 1.0
    assert [(person.name, person.count) for person in found.names][:2] == [
        ("Mara Holt", 15),
        ("Tobias Wren", 15),
    ]
    together = dict(found.together)
    assert together["Mara Holt"][1] == together["Tobias Wren"][0] > 0
    assert together["Mara Holt"][0] == 0
    assert "No summary is written yet" in page(found)


def test_every_statement_is_linked_to_its_passage(library: Library, document_id: str) -> None:
    summarize(library, document_id)
    text = page(portrait(library, document_id))
    links = Links(text)
    assert links.links
    assert all(link.startswith("#") and link[1:] in links.ids for link in links.links)
    assert {"p1", "p2"} <= links.ids
    assert 'href="#p2" aria-label="Passage 2">2</a>' in text
    assert re.search(r'class="unsure"[^>]*>Nobody said so\.', text)
    assert text.count("Mara goes &amp; comes.") >= 3


def test_nothing_behind_the_reader_s_place(library: Library, document_id: str) -> None:
    summarize(library, document_id)
    found = portrait(library, document_id, "chapter 1")
    assert [chapter.title.split("<")[0].strip() for chapter in found.chapters] == ["Chapter 1"]
    assert not found.told, "the summary of the whole knows how it ends"
    assert found.chapters[0].claims
    assert {person.name: person.count for person in found.names}["Mara Holt"] == 5
    assert "Chapter 2" not in page(found)
    assert "to read · up to chapter 1, without what is behind it" in page(found)
    assert "up to" not in page(portrait(library, document_id))


def test_the_page_loads_and_runs_nothing(library: Library, document_id: str) -> None:
    summarize(library, document_id)
    text = page(portrait(library, document_id))
    assert not Links(text).loads
    assert "<script>" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_a_text_without_anything_in_it_to_draw(library: Library) -> None:
    builder = DocumentBuilder("plain")
    builder.paragraph("Just this.")
    text = page(portrait(library, library.add(builder.build(), sha256="2" * 64).id))
    assert "Who appears" not in text
    assert "Chapters" not in text


def test_chapters_of_which_nothing_is_told_take_a_line_each(
    library: Library, document_id: str
) -> None:
    assert 'class="brief"' in page(portrait(library, document_id))
    summarize(library, document_id)
    assert 'class="brief"' not in page(portrait(library, document_id))


def test_on_paper_bars_are_there_and_no_chapter_is_cut(library: Library, document_id: str) -> None:
    paper = re.search(r"@media print \{.*?\} \}", page(portrait(library, document_id)), re.DOTALL)
    assert paper is not None
    assert re.search(r"\.bar, td i \{ print-color-adjust: exact", paper.group())
    assert re.search(r"\.chapter, .*\{ break-inside: avoid", paper.group())


def test_one_word_is_told_as_one(library: Library) -> None:
    builder = DocumentBuilder("plain", language="en")
    builder.paragraph("Go.")
    text = page(portrait(library, library.add(builder.build(), sha256="6" * 64).id))
    assert "1 word · " in text


def test_a_text_without_spaces_is_measured_in_characters(library: Library) -> None:
    builder = DocumentBuilder("plain", title="西游记", language="zh")
    for number in "一二":
        builder.section(f"第{number}回")
        builder.paragraph("悟空出现了，师父不在。")
    text = page(portrait(library, library.add(builder.build(), sha256="3" * 64).id))
    assert "24 characters · " in text
    assert "Bars: characters of each chapter." in text
    assert "words" not in text


@pytest.mark.parametrize(("language", "time"), [("zh", "6 min"), ("ja", "4 min")])
def test_characters_are_read_as_fast_as_in_their_language(
    library: Library, language: str, time: str
) -> None:
    builder = DocumentBuilder("plain", title="船", language=language)
    builder.paragraph("山" * 1500)
    text = page(portrait(library, library.add(builder.build(), sha256="7" * 64).id))
    assert f"1,500 characters · {time} to read" in text


def test_names_that_never_meet_have_no_table(library: Library) -> None:
    builder = DocumentBuilder("plain", language="en")
    for name in ("Mara Holt", "Tobias Wren"):
        builder.section(f"Of {name}")
        for _ in range(3):
            builder.paragraph(f"“Yes,” said {name}. “The lamp is lit,” {name} said. " * 20)
    found = portrait(library, library.add(builder.build(), sha256="4" * 64).id)
    assert [name for name, _ in found.together] == ["Mara Holt", "Tobias Wren"]
    assert "Who appears with whom" not in page(found)


def test_without_statements_none_are_explained(library: Library, document_id: str) -> None:
    text = page(portrait(library, document_id))
    assert "statements" not in text
    assert "Where each name is met first." in text
    assert "<p></p>" not in text
    summarize(library, document_id)
    assert "What the statements above rest on" in page(portrait(library, document_id))


def test_a_table_that_is_too_wide_can_be_moved_with_keys(
    library: Library, document_id: str
) -> None:
    table = page(portrait(library, document_id)).partition("<table>")[0].splitlines()[-1]
    assert re.search(r'class="scroll" tabindex="0" role="region" aria-label="Who', table)


@pytest.mark.parametrize(("words", "time"), [(119, "30 s"), (476, "2 min")])
def test_a_short_chapter_is_read_in_seconds(library: Library, words: int, time: str) -> None:
    builder = DocumentBuilder("plain", language="en")
    for number in (1, 2):
        builder.section(f"Chapter {number}")
        builder.paragraph("so " * (words - 2))
    text = page(portrait(library, library.add(builder.build(), sha256="5" * 64).id))
    assert f"{words} words · {time}" in text
