"""Encodings, paragraphs, verse, chapters and lists of contents in plain text."""

from __future__ import annotations

import pytest

from longread.document import Document
from longread.errors import DamagedFile, EmptyDocument
from longread.sources import plain
from longread.sources.headings import recognise

WRAPPED = (
    "The harbour master counted the boats as they came in that evening,\n"
    "and wrote the number into his book. It was the last line that he\n"
    "ever wrote there, as it happened, and nobody read it for years.\n"
)
FILLER = WRAPPED * 6


def read(text: str, encoding: str = "utf-8") -> Document:
    return plain.read(text.encode(encoding), "book.txt")


def outline(document: Document) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in document.sections if section.title]


def paragraphs(document: Document, kind: str = "prose") -> list[str]:
    return [document.slice(item.span) for item in document.paragraphs if item.kind == kind]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ein schöner Tag – „gewiß“. " * 5, "utf-8"),
        ("Ein schöner Tag. " * 5, "utf-8-sig"),
        ("Ein schöner Tag. " * 5, "utf-16"),
        ("Ein schöner Tag. " * 5, "utf-16-le"),
        ("Ein schöner Tag. " * 5, "utf-16-be"),
        ("Ein schöner Tag. " * 5, "utf-32"),
        ("Il était une fois, à l’orée d’une forêt, une fée très âgée. " * 5, "cp1252"),
        ("Всё смешалось в доме Облонских. Жена узнала об этом. " * 8, "koi8-r"),
        ("Всё смешалось в доме Облонских. Жена узнала об этом. " * 8, "cp866"),
        ("話說天下大勢，分久必合，合久必分。周末七國分爭，并入於秦。" * 8, "big5"),
        ("话说天下大势，分久必合，合久必分。周末七国分争，并入于秦。" * 8, "gb18030"),
        ("Η θάλασσα ήταν ήσυχη εκείνο το βράδυ και τα πλοία γύριζαν. " * 8, "cp1253"),
        ("הים היה שקט באותו ערב והספינות חזרו אל הנמל. " * 8, "cp1255"),
        ("Morze było spokojne tego wieczoru, a łodzie wracały. Źle się działo. " * 6, "cp1250"),
        ("Morze było spokojne tego wieczoru, a łodzie wracały. Źle się działo. " * 6, "iso8859-2"),
        ("Moře bylo toho večera klidné a lodě se vracely. Žádná už nechyběla. " * 6, "iso8859-2"),
        ("Moře bylo toho večera klidné a lodě se vracely. Žádná už nechyběla. " * 6, "cp1250"),
        ("A tenger nyugodt volt, és a hajók lassan visszatértek. Az őr fűtött. " * 6, "cp1250"),
        ("Le cœur battait plus vite, et sa sœur regardait déjà la mer d'été. " * 6, "iso8859-15"),
        ("Ein schöner Tag im Café Français, groß und süß, mit Señor Nuñez. " * 6, "cp1252"),
        ("It cost £5 and 1½d. to cross, or ½ of it for the naïve. " * 6, "cp1252"),
        ("海は静かで、船は港に帰ってきた。" * 10, "shift_jis"),
    ],
)
def test_encodings_are_found(text: str, encoding: str) -> None:
    assert read(text, encoding).text == text.strip()


def test_stray_nul_bytes_are_dropped() -> None:
    assert read(f"{WRAPPED[:40]}\0\0{WRAPPED[40:]}").text == " ".join(WRAPPED.split())


def test_noise_is_refused() -> None:
    noise = bytes((index * 7919 + index // 251) % 256 for index in range(20_000))
    with pytest.raises(DamagedFile, match="no text"):
        plain.read(noise, "noise.txt")


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n  ", b"\xef\xbb\xbf"])
def test_nothing_to_read_is_told(data: bytes) -> None:
    with pytest.raises(EmptyDocument):
        plain.read(data, "blank.txt")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_wrapped_lines_become_paragraphs(line_end: str) -> None:
    document = read(f"{WRAPPED}\n{WRAPPED}".replace("\n", line_end))
    assert paragraphs(document) == [" ".join(WRAPPED.split())] * 2


def test_hyphens_at_the_ends_of_wrapped_lines_belong_to_their_words() -> None:
    text = "He met a half-\ncaste there, and a well-\nknown man from Jim-\nEng; it was 1914-\n18.\n"
    assert read(f"{FILLER}\n{text}\n{FILLER * 4}").text.count(
        "a half-caste there, and a well-known man from Jim-Eng; it was 1914-18."
    )


def test_hyphens_that_print_put_into_words_go() -> None:
    text = (
        "The company was founded by two brothers from the north of the coun-\n"
        "try who believed that the manufac-\n"
        "ture of paper would be well-\n"
        "known to all inhabi-\n"
        "tants of the Jim-\n"
        "Eng region. The country of the Vor-\n"
        "und Nachteile was a well-known one.\n"
    )
    assert read(text).text == (
        "The company was founded by two brothers from the north of the country who believed that "
        "the manufacture of paper would be well-known to all inhabitants of the Jim-Eng region. "
        "The country of the Vor- und Nachteile was a well-known one."
    )


@pytest.mark.parametrize(
    "paragraph",
    [
        "话说天下大势，分久必合，合久必分：“周末七国分争，并入于秦。及秦灭之后”，他说，楚、汉分争，又并入于汉……",
        "山路を登りながら、こう考えた。智に働けば角が立つ。情に棹させば流される。意地を通せば窮屈だ。",
    ],
)
def test_lines_of_scripts_without_spaces_are_joined_without(paragraph: str) -> None:
    lines = "\n".join(paragraph[at : at + 9] for at in range(0, len(paragraph), 9))
    assert paragraphs(read(f"{lines}\n\n{lines}\n")) == [paragraph] * 2


def test_lines_of_korean_are_joined_with_spaces() -> None:
    text = "항구의 등대지기는 그날 저녁\n배들이 돌아오는 것을 세었고\n그 수를 책에 적었다.\n"
    assert read(text).text == text.strip().replace("\n", " ")


def test_set_in_lines_begin_paragraphs_in_scripts_without_capitals() -> None:
    paragraph = "话说天下大势分久必合合久必分周末七国分争并入于秦及秦灭之后楚汉分争又并入于汉。"
    text = "".join(f"　　{paragraph[:20]}\n{paragraph[20:]}{paragraph[:2]}。\n" for _ in range(3))
    assert paragraphs(read(text)) == [f"{paragraph}{paragraph[:2]}。"] * 3


def test_a_line_for_each_paragraph_is_kept_so() -> None:
    lines = ["“Who is there?” she asked. " * 9, "“It is I.”", "Nobody spoke for a while. " * 9]
    assert paragraphs(read("\n".join(lines))) == [line.strip() for line in lines]


def test_verse_keeps_its_lines() -> None:
    verse = "    The lamp is lit,\n    the boats are in,\n    the night may now begin.\n"
    document = read(f"{FILLER}\n{verse}\n{FILLER}")
    assert paragraphs(document, "verse") == [
        "The lamp is lit,\nthe boats are in,\nthe night may now begin."
    ]


SONNET = (
    "From fairest creatures we desire increase,\n"
    "That thereby beauty's rose might never die,\n"
    "But as the riper should by time decease,\n"
    "His tender heir might bear his memory:\n"
    "But thou contracted to thine own bright eyes,\n"
    "Feed'st thy light's flame with self-substantial fuel,\n"
    "Pity the world, or else this glutton be."
)
SHORT_POEM = "It falls, it falls\nUpon the walls,\nAnd no one calls\nTo me."


@pytest.mark.parametrize("poem", [SONNET, SHORT_POEM])
def test_a_text_that_is_all_verse_keeps_its_lines(poem: str) -> None:
    assert paragraphs(read(f"{poem}\n\n{poem}\n"), "verse") == [poem, poem]


def test_prose_in_which_many_lines_begin_with_a_capital_is_none() -> None:
    prose = (
        "Der Hafenmeister zählte die Boote, die am Abend in den großen\n"
        "Hafen kamen, und schrieb in sein Buch, wie viele es in dieser\n"
        "Woche waren. Es war die letzte Zeile, die er je in dieses alte\n"
        "Buch schrieb, und niemand las sie in all den vielen folgenden\n"
        "Jahren, bis es in einer Truhe gefunden wurde.\n"
    )
    assert paragraphs(read(f"{prose}\n{prose}")) == [" ".join(prose.split())] * 2


def test_the_gutenberg_frame_is_cut_and_its_facts_kept() -> None:
    text = (
        "The Project Gutenberg eBook of The Lamp\n\nTitle: The Lamp\n        and the Sea\n\n"
        "Author: Ada Writer\n\nLanguage: English\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP ***\n\n"
        f"CHAPTER I.\n\n{FILLER}\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK THE LAMP ***\n\nThe licence of the project.\n"
    )
    document = read(text)
    assert document.title == "The Lamp and the Sea"
    assert (document.author, document.language) == ("Ada Writer", "en")
    assert "Gutenberg" not in document.text
    assert "licence" not in document.text
    assert outline(document) == [(1, "CHAPTER I.")]


def test_the_frame_ends_behind_the_last_volume_of_a_collection() -> None:
    volumes = "".join(
        f"BOOK {number}\n\n{FILLER}\n\nEnd of the Project Gutenberg EBook of The Lamp, {number}\n\n"
        for number in ("I", "II")
    )
    start, end = (f"*** {word} OF THE PROJECT GUTENBERG EBOOK ***" for word in ("START", "END"))
    for framed in (f"{start}\n\n{volumes}{end}\n\nlicence", f"{start}\n\n{volumes}licence"):
        document = read(framed)
        assert outline(document) == [(1, "BOOK I"), (1, "BOOK II")]
        assert "licence" not in document.text
        assert document.text.count("End of the Project") == 1


def test_a_frame_with_a_wrapped_title_is_cut() -> None:
    text = f"*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP\nAND THE SEA ***\n\n{WRAPPED}"
    assert read(text).text == " ".join(WRAPPED.split())


@pytest.mark.parametrize(
    "heading",
    [
        "CHAPTER I.",
        "Chapter 12",
        "Chapter 0",
        "Chapter 1: The Lamp",
        "CHAPTER 1. Loomings.",
        "SCENE I. Elsinore. A platform before the Castle.",
        "SCENE II. A room in the house.",
        "Chapter Two - How Mr. Bell went out.",
        "Letter 2. The Lamp.",
        "CHAPTER XLII. IN WHICH THE LAMP GOES OUT",
        "Chapter Twenty-One",
        "PART ONE",
        "BOOK THE FIRST",
        "Глава I",
        "ЧАСТЬ ПЕРВАЯ",
        "第一回 宴桃园豪杰三结义 斩黄巾英雄首立功",
        "第十二章",
        "Kapitel 3",
        "Erstes Kapitel",
        "Chapitre IV",
        "Capítulo primero",
        "Capitolo 2",
        "Epilogue",
        "CHAPTER THE TENTH.",
        "Chapter Seventy-Two",
        "Chapter One Hundred and Five",
        "CHAPTER THE LAST",
        "XIII. Kapitel",
        "Dreizehntes Kapitel",
        "Einunddreißigstes Kapitel: Der Leuchtturm",
        "Das erste Buch",
        "Letztes Kapitel",
        "Chapitre vingt et unième",
        "CHAPITRE DEUXIEME",
        "Quatre-vingtième chapitre",
        "Capítulo cuarto",
        "CAPÍTULO DÉCIMO SEXTO",
        "Capítulo trinta e um",
        "Capitolo ventitreesimo",
        "Глава двадцать вторая",
        "Глава Х",
        "Hoofdstuk vijf",
        "Rozdział dwudziesty piąty",
        "Act I, Scene 2",
    ],
)
def test_chapter_headings_of_many_languages(heading: str) -> None:
    assert recognise(heading) is not None
    assert outline(read(f"{FILLER}\n\n{heading}\n\n{FILLER}")) == [(1, heading)]


@pytest.mark.parametrize(
    "line",
    [
        "Chapter one of the book had been read by nobody, he thought,",
        "Part of the plan was to wait.",
        "第一次见面的时候他没有说话。",
        "The book was lost.",
        "Chapter 3, then.",
        "Scene 3. A room in which he was.",
        "Chapter 3 was short.",
        "Chapter 3. He fell. Nobody saw it.",
        "Section 4. Nothing was said about it.",
        "Chapter once more.",
        "Part Six’s end.",
        "* Chapter 3 of the book",
        "[1]",
    ],
)
def test_sentences_are_no_headings(line: str) -> None:
    assert outline(read(f"{FILLER}\n\n{line}\n\n{FILLER}")) == []


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("* ЧАСТЬ ВТОРАЯ *", "ЧАСТЬ ВТОРАЯ"),
        ("*** CHAPTER TWO ***", "CHAPTER TWO"),
        ("_CHAPTER III_", "CHAPTER III"),
        ("=CHAPTER III.=", "CHAPTER III."),
        ("[Chapter 3: The Lamp]", "Chapter 3: The Lamp"),
        ("## Chapter 3", "Chapter 3"),
    ],
)
def test_marks_around_a_heading_do_not_hide_it(line: str, heading: str) -> None:
    assert outline(read(f"{FILLER}\n\n{line}\n\n{FILLER}")) == [(1, heading)]


@pytest.mark.parametrize(
    "lines",
    [
        "He had taken the lamp down from its hook that day, and read as far as\n"
        "chapter 3. Then he closed the book and went up to his bed thinking of\n",
        "As we shall see at length in\n"
        "Chapter IV. The Struggle for Existence is the reason for this and so\n",
    ],
)
def test_a_wrapped_line_that_begins_like_a_heading_is_none(lines: str) -> None:
    document = read(f"{FILLER}\n\n{lines}{WRAPPED}\n{FILLER}")
    assert outline(document) == []


@pytest.mark.parametrize(
    "lines",
    [
        "CHAPTER I. Of the Boats That Came Home in the Evening, and of the\nOne That Did Not.",
        "CHAPTER IV. OF THE BOATS THAT CAME HOME IN THE EVENING, AND OF THE\nONE THAT DID NOT",
        "Chapter 1: Of the boats that came home, and of the\n    one that did not.",
    ],
)
def test_a_wrapped_heading_is_taken_whole(lines: str) -> None:
    document = read(f"{FILLER}\n{lines}\n\n{FILLER}")
    assert outline(document) == [(1, " ".join(lines.split()))]


def test_a_paragraph_that_begins_like_a_heading_is_none() -> None:
    text = "Book I. (Folio), Chapter I. (Sperm Whale).—This whale, among the\n" + WRAPPED
    document = read(f"{FILLER}\n{text}\n{FILLER}")
    assert outline(document) == []
    assert " ".join(text.split()) in document.text


def test_a_heading_between_running_lines_is_one() -> None:
    assert outline(read(f"{FILLER}Chapter 2. The Boat\n{FILLER}")) == [(1, "Chapter 2. The Boat")]


def test_parts_hold_chapters() -> None:
    text = "".join(f"PART {part}\n\nCHAPTER I\n\n{FILLER}\n\n" for part in ("ONE", "TWO"))
    assert outline(read(text)) == [
        (1, "PART ONE"),
        (2, "CHAPTER I"),
        (1, "PART TWO"),
        (2, "CHAPTER I"),
    ]


def test_numerals_alone_are_chapters_in_their_order_only() -> None:
    text = "".join(f"{number}\n\n{FILLER}\n" for number in ("I", "II", "XL", "III"))
    assert outline(read(text)) == [(1, "I"), (1, "II"), (1, "III")]


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        (("I", "II", "III", "V", "VI"), ("I", "II", "III", "V", "VI")),
        (("1", "2", "3", "6", "7"), ("1", "2", "3", "6", "7")),
        (("VIII", "I", "II", "III", "IV", "IX"), ("I", "II", "III", "IV")),
        (("I", "II", "V", "III", "IV"), ("I", "II", "III", "IV")),
        (("I", "III"), ("I",)),
    ],
)
def test_a_number_that_is_missing_does_not_end_a_sequence(
    numbers: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    text = "".join(f"{number}\n\n{FILLER}\n" for number in numbers)
    assert outline(read(text)) == [(1, number) for number in kept]


def test_numerals_in_cyrillic_letters_count() -> None:
    numbers = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "Х", "ХI", "XII")
    text = "".join(f"{number}\n\n{FILLER}\n" for number in numbers)
    assert outline(read(text)) == [(1, number) for number in numbers]


def test_numerals_within_a_numbered_chapter_lie_below_it() -> None:
    text = f"I.\n\nA SCANDAL\n\nI.\n\n{FILLER}\nII.\n\n{FILLER}\nIII.\n\n{FILLER}\n"
    text += f"II.\n\nTHE LEAGUE\n\n{FILLER}\nIII.\n\nTHE COACH\n\n{FILLER}"
    found = outline(read(text))
    assert [level for level, _ in found] == [1, 2, 2, 2, 1, 1]
    assert found[-1] == (1, "III. THE COACH")


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("Title: The Lamp\nAuthor: Ada Writer", ("The Lamp", "Ada Writer", "")),
        ("\ntitle: The Lamp\nauthor: Ada Writer\nlanguage: German\ndate: 1901",
         ("The Lamp", "Ada Writer", "de")),
        ("Author: Ada Writer\nTitle: The Lamp\n  Or, The Light",
         ("The Lamp Or, The Light", "Ada Writer", "")),
    ],
)  # fmt: skip
def test_what_a_text_says_of_itself_at_its_start_is_no_text(
    header: str, facts: tuple[str, str, str]
) -> None:
    document = read(f"{header}\n\n{FILLER}")
    assert (document.title, document.author, document.language) == facts
    assert document.text.startswith("The harbour master")


@pytest.mark.parametrize(
    "start",
    ["Title: The Lamp", "Author: Ada\nHe wrote it.", "Author: Ada", "Note: keep\nTitle: The Lamp"],
)
def test_what_only_looks_like_a_header_stays(start: str) -> None:
    document = read(f"{start}\n\n{FILLER}" if start != "Title: The Lamp" else start)
    assert document.text.startswith(start.split("\n", maxsplit=1)[0])


def test_a_title_between_a_number_and_its_first_part_belongs_to_it() -> None:
    parts = f"I.\n\n{FILLER}\n\nII.\n\n{FILLER}\n\n"
    text = f"I.\n\nA SCANDAL IN TOWN\n\n{parts}II.\n\nTHE LEAGUE\n\n{FILLER}\n"
    assert outline(read(text)) == [
        (1, "I. A SCANDAL IN TOWN"),
        (2, "I."),
        (2, "II."),
        (1, "II. THE LEAGUE"),
    ]


def test_a_title_below_a_number_belongs_to_it() -> None:
    text = f"CHAPTER I\n\nTHE LAMP GOES OUT\n\n{FILLER}\nCHAPTER II\n\n{FILLER}"
    assert outline(read(text)) == [(1, "CHAPTER I. THE LAMP GOES OUT"), (1, "CHAPTER II")]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "titles",
    [
        ("Down the Rabbit-Hole", "The Queen’s Croquet-Ground", "Who Stole the Tarts?"),
        ("Loomings.", "The Carpet-Bag.", "“The Spouter-Inn”"),
        ("La maison au bord de l’eau", "Où l’on part", "Le 14 mai"),
        ("The Harbour in the Evening", "WHO CAME", "_A Letter from Home_"),
        ("海边的灯塔", "船", "雾"),
    ],
)
def test_titles_below_numbers_need_no_capitals(titles: tuple[str, ...], gap: str) -> None:
    numbers = ("I", "II", "III")
    text = "".join(
        f"CHAPTER {number}.{gap}{title}\n\n{FILLER}\n\n"
        for number, title in zip(numbers, titles, strict=True)
    )
    assert outline(read(text)) == [
        (1, f"CHAPTER {number}. {title.strip('_')}")
        for number, title in zip(numbers, titles, strict=True)
    ]


@pytest.mark.parametrize(
    "first", ["“Who is there?”", "Silence!", "Nobody came.", "— Not I", "and so on", "My dear Ann,"]
)
def test_a_short_first_paragraph_is_no_title(first: str) -> None:
    text = f"CHAPTER I\n\n{first}\n\n{FILLER}\n\nCHAPTER II\n\n{FILLER}\n\nCHAPTER III\n\n{FILLER}"
    document = read(text)
    assert outline(document) == [(1, "CHAPTER I"), (1, "CHAPTER II"), (1, "CHAPTER III")]
    assert paragraphs(document)[0] == first


@pytest.mark.parametrize(
    "gap", ["\n", "\n\n", "\n    In which something happens\n    to somebody.\n\n"]
)
def test_a_list_of_contents_is_front_matter_and_no_chapters(gap: str) -> None:
    titles = ("Chapter 1. The Lamp", "Chapter 2. The Boat", "Chapter 3. The Sea")
    contents = gap.join(titles) + gap
    body = "".join(f"\n\n{title}\n\n{FILLER}" for title in titles)
    document = read(f"THE LAMP\n\nby Ada Writer\n\n{contents}{body}")
    chapters = [section for section in document.sections if section.title]
    assert [section.title for section in chapters] == list(titles)
    assert all(section.span.end - section.span.start > 500 for section in chapters)
    assert (document.title, document.author) == ("The Lamp", "Ada Writer")
    assert document.text.index("Chapter 1. The Lamp") < chapters[0].span.start
    assert any(section.kind == "front" for section in document.sections)


def test_text_in_one_line_is_cut_at_sentence_ends() -> None:
    found = paragraphs(read("The keeper lit the lamp at dusk. " * 2000))
    assert len(found) > 10
    assert max(map(len, found)) <= plain.LONGEST_PARAGRAPH
    assert all(text.endswith("dusk.") for text in found)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_what_a_row_of_signs_stands_below_is_a_heading(gap: str) -> None:
    text = (
        f"==========\nThe Manual\n==========\n\nAims\n===={gap}{FILLER}\n"
        f"Which lamps?\n------------{gap}{FILLER}\nInstalling it\n============={gap}{FILLER}"
    )
    document = read(text)
    assert document.title == "The Manual"
    assert outline(document) == [(1, "Aims"), (2, "Which lamps?"), (1, "Installing it")]
    assert "==" not in document.text
    assert "--" not in document.text


@pytest.mark.parametrize(
    "lines",
    [
        "Name   Age\n----------\nAnna   12\n",
        "It ended there.\n---------------\n",
        "A line of text that goes on in the next one and\nends here\n---------\n",
        "A scene\n--------------------------------------------\n",
        "12\n--\n",
    ],
)
def test_a_row_of_signs_below_other_lines_makes_no_heading(lines: str) -> None:
    assert not outline(read(f"{FILLER}\n{lines}\n{FILLER}"))


def cue(number: int, second: int, words: str) -> str:
    return f"{number}\n00:01:{second:02},000 --> 00:01:{second + 2:02},500\n{words}\n\n"


def test_subtitles_are_what_is_said_with_its_times() -> None:
    text = cue(1, 2, "<i>The harbour master counted</i>") + cue(2, 4, "the boats\nthat came in.")
    document = read(text + cue(3, 20, "Nobody knew why.") + cue(4, 23, "Yes."))
    assert not outline(document)
    assert paragraphs(document) == [
        "[0:01:02] The harbour master counted the boats that came in.",
        "[0:01:20] Nobody knew why. Yes.",
    ]


def test_webvtt_is_what_is_said_with_its_speakers() -> None:
    cues = "".join(
        f"00:0{number}.000 --> 00:0{number}.900 align:start\n<v Anna>Boat {number}.\n\n"
        for number in (1, 2, 3)
    )
    document = read(f"WEBVTT\n\n{cues}")
    assert paragraphs(document) == ["[0:00:01] Anna: Boat 1. Anna: Boat 2. Anna: Boat 3."]


def test_a_text_that_quotes_subtitles_is_read_as_it_is() -> None:
    cues = "".join(cue(number, number, "Words.") for number in (1, 2, 3))
    assert "-->" in read(f"{FILLER}\n{cues}").text


def test_numbers_of_one_outline_make_headings() -> None:
    contents = "1. Aims ..... 2\n1.1 Lamps ..... 2\n2. Means ..... 3\n"
    titles = ("1. Aims", "1.1 Lamps", "1.2. What they burn", "2. Means", "2.1 Oil")
    text = f"Contents\n\n{contents}\n" + "".join(f"{title}\n\n{FILLER}\n" for title in titles)
    text += f"1. It rains.\n\n2. Nobody comes to the house\n\n{FILLER}\n3. Results\n\n{FILLER}"
    assert outline(read(text)) == [
        (1, "Contents"),
        (1, "1. Aims"),
        (2, "1.1 Lamps"),
        (2, "1.2. What they burn"),
        (1, "2. Means"),
        (2, "2.1 Oil"),
        (1, "3. Results"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("1. Milk", "2. Bread", "3. Oil"),
        ("1.1 Milk", "1.2 Bread", "2.1 Oil"),
        ("1. Milk", "1.1 It rains.", "2. Bread"),
        ("1. Milk", "3.1 Bread", "5. Oil"),
    ],
)
def test_numbers_that_make_no_outline_make_no_headings(lines: tuple[str, ...]) -> None:
    assert not outline(read("".join(f"{line}\n\n{FILLER}\n" for line in lines)))
