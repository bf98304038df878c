from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longread.config import PASSAGE_TOKENS
from longread.document import Document, DocumentBuilder, ParagraphKind
from longread.passages import LARGEST_PASSAGE, estimate_tokens, sentence_spans, split_passages

SENTENCE = "The keeper of the lighthouse wrote down what he saw on the water that night. "


def document(
    sections: list[list[tuple[str, ParagraphKind]]], *, titled: bool = True, language: str = "en"
) -> Document:
    builder = DocumentBuilder("plain", language=language)
    for number, paragraphs in enumerate(sections, start=1):
        builder.section(f"Chapter {number}" if titled else "")
        for text, kind in paragraphs:
            builder.paragraph(text, kind)
    return builder.build()


def uncovered(item: Document) -> str:
    """Characters but white space and headings that lie in no passage."""
    covered = [False] * len(item.text)
    for paragraph in item.paragraphs:
        if paragraph.kind == "heading":
            covered[paragraph.span.start : paragraph.span.end] = [True] * (
                paragraph.span.end - paragraph.span.start
            )
    for passage in split_passages(item):
        covered[passage.span.start : passage.span.end] = [True] * (
            passage.span.end - passage.span.start
        )
    return "".join(
        character
        for character, inside in zip(item.text, covered, strict=True)
        if not inside and not character.isspace()
    )


kinds: st.SearchStrategy[ParagraphKind] = st.sampled_from(
    ("prose", "verse", "table", "list", "code", "quote")
)
texts = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="ab .!?\n\"'。，一二", max_size=2000),
    st.integers(1, 40).map(lambda count: SENTENCE * count),
    st.integers(1, 3000).map(lambda count: "x" * count),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(texts, kinds), max_size=5), max_size=4), st.booleans())
def test_nothing_is_lost_and_nothing_overlaps(
    sections: list[list[tuple[str, ParagraphKind]]], titled: bool
) -> None:
    item = document(sections, titled=titled)
    passages = split_passages(item)
    assert uncovered(item) == ""
    assert [passage.number for passage in passages] == list(range(1, len(passages) + 1))
    for before, after in pairwise(passages):
        assert before.span.end <= after.span.start
    for passage in passages:
        assert 0 <= passage.span.start < passage.span.end <= len(item.text)
        touched = item.paragraphs[slice(*passage.paragraphs)]
        assert {paragraph.section for paragraph in touched} == {passage.section}
        assert touched[0].span.start <= passage.span.start
        assert passage.span.end <= touched[-1].span.end
    assert split_passages(item) == passages


def test_passages_are_near_the_aimed_size_and_balanced() -> None:
    item = document([[(SENTENCE * 41, "prose")]])
    sizes = [estimate_tokens(item.slice(passage.span)) for passage in split_passages(item)]
    assert len(sizes) > 2
    assert max(sizes) <= LARGEST_PASSAGE * PASSAGE_TOKENS
    assert min(sizes) >= PASSAGE_TOKENS / 2


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    item = document([[(SENTENCE * 41, "prose")]])
    passages = split_passages(item)
    assert len(passages) > 2
    assert all(item.slice(passage.span).endswith("night.") for passage in passages)


def test_paragraphs_that_fit_stay_whole() -> None:
    paragraph = (SENTENCE * 5).strip()
    item = document([[(paragraph, "prose")] * 7])
    passages = split_passages(item)
    assert len(passages) > 1
    assert {item.slice(passage.span).count("keeper") % 5 for passage in passages} == {0}


def test_a_heading_goes_with_the_text_below_it() -> None:
    item = document([[(SENTENCE * 30, "prose")], [("Short.", "prose")]])
    passages = split_passages(item)
    assert item.slice(passages[0].span).startswith("Chapter 1\n\nThe keeper")
    assert item.slice(passages[-1].span) == "Chapter 2\n\nShort."


def test_tables_are_cut_between_rows_only() -> None:
    rows = [f"Net sales of segment {number} | $ 32,765 | $ 31,657" for number in range(60)]
    item = document([[("\n".join(rows), "table")]])
    passages = split_passages(item)
    assert len(passages) > 2
    found = [row for passage in passages for row in item.slice(passage.span).splitlines()]
    assert [row for row in found if "|" in row] == rows


def test_a_tables_titles_and_header_stand_with_its_first_rows() -> None:
    rows = "\n".join(f"Item {n} of the harbour | {n},{n + 100} | {n},{n + 200}" for n in range(39))
    statement: list[tuple[str, ParagraphKind]] = [
        ("Balance Sheets", "prose"),
        ("(in millions)", "prose"),
        ("June | 2018 | 2017\n" + rows, "table"),
        ("See the notes.", "prose"),
    ]
    item = document([statement * 3])
    texts = [item.slice(passage.span) for passage in split_passages(item)]
    titled = [text for text in texts if "Balance Sheets" in text]
    assert len(titled) == 3
    for text in titled:
        assert "Balance Sheets\n\n(in millions)\n\nJune | 2018 | 2017\nItem 0" in text
        assert text.count("Item") > 1


def test_a_sentence_without_end_is_cut_at_words() -> None:
    words = [f"word{number}" for number in range(1500)]
    item = document([[(" ".join(words), "prose")]], titled=False)
    passages = split_passages(item)
    assert len(passages) > 5
    assert " ".join(item.slice(passage.span) for passage in passages).split() == words


def test_chinese_passages_are_of_the_aimed_size_too() -> None:
    item = document(
        [[("他说今天的天气很好，我们一起去河边走走吧。" * 300, "prose")]], language="zh"
    )
    for passage in split_passages(item):
        text = item.slice(passage.span)
        assert text.endswith("。")
        assert estimate_tokens(text) <= LARGEST_PASSAGE * PASSAGE_TOKENS


def test_sentences_of_a_passage_are_those_of_its_text() -> None:
    item = document([[("It rained. Mr. Bell stayed at home. Nobody came.", "prose")]])
    passage = split_passages(item)[0]
    found = [item.slice(span) for span in sentence_spans(item, passage)]
    assert found == ["It rained.", "Mr. Bell stayed at home.", "Nobody came."]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["“Mrs. Bell and I. J. Stone left.", "It was I.", "Then it rained."]),
        ("de", ["Das war im 19. Jahrhundert.", "Se. Exzellenz kam am 3.", "Er war 9.", "Es ging."]),
        ("fr", ["M. Dupont et Mme. Durand burent un Ch. Margaux.", "J.-B. Clément vint."]),
        ("es", ["—D. Rodrigo llegó a las 5 p. m. y comió.", "El Excmo. Sr. López vino."]),
        ("it", ["Vedi pag. 5.", "La sig.ra Rossi, ecc. ecc., uscì.", "Sig. Bianchi venne."]),
        ("pl", ["Dr Bell, tj. lekarz, przyszedł w 1812 r. w maju.", "Poszedł na ul. Długą."]),
        ("pt", ["A capela de S. João e D. Mafalda.", "V. exa. bem sabe.", "Fim."]),
        ("hi", ["वह घर गया।", "उसने खाना खाया।", "फिर वह सो गया।"]),
        ("ur", ["وہ گھر گیا۔", "کیا وہ آئے گا؟", "ہاں۔"]),
        ("hy", ["Նա գնաց տուն։", "Նա կերավ։", "Հետո քնեց։"]),
    ],
)
def test_sentences_end_where_their_language_ends_them(language: str, sentences: list[str]) -> None:
    item = document([[(" ".join(sentences), "prose")]], language=language)
    found = [item.slice(span) for span in sentence_spans(item, split_passages(item)[0])]
    assert found == sentences


def test_passages_of_hindi_end_with_a_sentence() -> None:
    item = document(
        [[("वह घर गया और उसने खाना खाया। फिर वह सो गया। " * 80, "prose")]], language="hi"
    )
    passages = split_passages(item)
    assert len(passages) > 2
    assert all(item.slice(passage.span).endswith("।") for passage in passages)


def test_text_that_makes_splitters_backtrack_ends_soon() -> None:
    for text in ("." * 300_000, "a." * 150_000, '"' * 200_000, "(" * 200_000, "1. " * 100_000):
        item = document([[(text, "prose")]])
        start = time.perf_counter()
        split_passages(item)
        assert time.perf_counter() - start < 20


def test_the_estimate_counts_words_and_wide_characters() -> None:
    assert estimate_tokens("") == 0
    assert 8 <= estimate_tokens("The quick brown fox jumps over the lazy dog.") <= 14
    assert 6 <= estimate_tokens("今天的天气很好。") <= 9
    assert estimate_tokens("Глава первая") > estimate_tokens("one two")
