from __future__ import annotations

import pytest

from longread.document import DocumentBuilder
from longread.find import MOST_MATCHES, find
from longread.structure import footnotes, is_story


def words(text: str, wanted: str, end: int | None = None) -> list[str]:
    return [text[span.start : span.end] for span in find(text, wanted, end)]


def test_capitals_count_only_where_they_are_typed() -> None:
    text = "The Rose and the rose."
    assert words(text, "rose") == ["Rose", "rose"]
    assert words(text, "Rose") == ["Rose"]


def test_blanks_quotes_and_hyphens_stand_for_all_kinds() -> None:
    text = "She said “don’t”, in the\ngauge\u2011house."
    assert words(text, "don't") == ["don’t"]
    assert words(text, "the gauge-house") == ["the\ngauge\u2011house"]
    assert words(text, '"') == ["“", "”"]
    assert words("He saw the _Nautilus_.", "the Nautilus") == ["the _Nautilus"]


def test_signs_are_no_pattern_and_nothing_finds_nothing() -> None:
    assert words("a.c abc", "a.c") == ["a.c"]
    assert words("abc", "  ") == []
    assert words("rose rose", "rose", 5) == ["rose"]
    assert len(find("a" * (MOST_MATCHES + 5), "a")) == MOST_MATCHES


def test_finding_ends_where_it_is_stopped() -> None:
    assert len(find("a" * 100_000, "a", None, lambda: True)) < 100_000


def test_a_story_is_told_from_a_report() -> None:
    story, report, german = (DocumentBuilder("plain", language=x) for x in ("en", "en", "de"))
    for number in range(20):
        story.paragraph(f"“I saw {number} boats,” said Mara.")
        story.paragraph("She went along the quay.")
        report.paragraph(f"Net sales rose by {number} percent, as the board said in its letter.")
        german.paragraph(f"„Ich sah {number} Boote“, sagte Mara.")
    assert is_story(story.build())
    assert is_story(german.build())
    assert not is_story(report.build())
    assert not is_story(DocumentBuilder("plain").build())


SPOKEN = {
    "ru": ("-- Ничего, -- сказал он.", "Он вышел."),
    "fr": ("-- Bon ! Alors venez.", "Il sortit."),
    "es": ("-¿Quién es usted?", "Salió de la casa."),
    "de": ("»Wie Sie befehlen«, erwiderte Franz.", "Franz verließ den Saal."),
    "zh": ("猴王道：“你是甚人？”大圣道：“老孙便是。”", "众猴闻说个个欢喜。"),
    "it": ("Rispose la donna: «Messere, volentieri».", "La donna se ne andò."),
}
"""By language, how a novel has people speak, and what stands between that."""


@pytest.mark.parametrize("language", SPOKEN)
def test_a_story_is_one_in_whatever_way_people_speak_in_it(language: str) -> None:
    story = DocumentBuilder("plain", language=language)
    for _ in range(20):
        story.paragraph(SPOKEN[language][0])
        story.paragraph(SPOKEN[language][1])
    assert is_story(story.build())


ENTRIES = (
    "-a, --all",
    "--all zeigt alles.",
    "– ein Verzeichnis",
    "Er schrieb: „Nein“. " + "So " * 3_000,
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_options_entries_and_a_quotation_now_and_then_make_no_story(entry: str) -> None:
    manual = DocumentBuilder("plain", language="de")
    for _ in range(20):
        manual.paragraph(entry)
    assert not is_story(manual.build())


def test_a_letter_that_quotes_somebody_is_no_story() -> None:
    letter = DocumentBuilder("plain", language="de")
    letter.paragraph("Der Vertrag sagt: „Die Miete ist am Ersten fällig.“")
    assert not is_story(letter.build())


@pytest.mark.parametrize("language", ["en", "en-US", "EN_gb"])
def test_a_story_with_little_speech_is_one_in_every_kind_of_english(language: str) -> None:
    story = DocumentBuilder("plain", language=language)
    for _ in range(10):
        story.paragraph("“Hello,” said John.")
        for _ in range(6):
            story.paragraph("He went away to the sea.")
    assert is_story(story.build())


def test_footnotes_of_what_is_on_the_screen() -> None:
    builder = DocumentBuilder("plain")
    for chapter in (1, 2):
        builder.section(f"Chapter {chapter}")
        builder.paragraph(f"A word[1] and another[*] in chapter {chapter}; [9] is none.")
        builder.paragraph(f"[1] The first of chapter {chapter}.", "footnote")
        builder.paragraph(f"[*] The star of chapter {chapter}.", "footnote")
    document = builder.build()

    def told(chapter: int) -> list[str]:
        section = document.sections[chapter - 1]
        return [document.slice(span) for _, span in footnotes(document, section.span)]

    assert told(1) == ["[1] The first of chapter 1.", "[*] The star of chapter 1."]
    assert told(2) == ["[1] The first of chapter 2.", "[*] The star of chapter 2."]
    assert footnotes(document, document.paragraphs[0].span) == ()
