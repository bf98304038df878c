"""The check of an answer while it streams."""

import itertools
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longread.answering.check import AnswerChecker
from longread.answering.evidence import Evidence
from longread.answering.quotes import find_verbatim
from longread.document import Passage, Span

TEXTS = {
    7: "The doctor drove a pale green Austin. He said, “I never saw the letter.”",
    9: "Mr. Hale keeps 3.5 tons of herring in the shed behind the harbour office.",
}


def evidence(texts: Mapping[int, str] = TEXTS) -> tuple[Evidence, ...]:
    items, start = [], 0
    for number, text in texts.items():
        passage = Passage(number, Span(start, start + len(text)), 0, (0, 1))
        items.append(Evidence(str(number), "d", "Book", passage, text, 1.0))
        start += len(text) + 2
    return tuple(items)


def run(
    *pieces: str,
    question: str = "What does the doctor drive?",
    texts: Mapping[int, str] = TEXTS,
    language: str = "en",
) -> tuple[str, AnswerChecker]:
    checker = AnswerChecker(evidence(texts), question, language)
    shown = [text for piece in pieces for text in checker.feed(piece)]
    shown += checker.finish()
    return "".join(shown), checker


def test_a_known_citation_stays() -> None:
    shown, checker = run("A pale green Austin [7].")
    assert shown == "A pale green Austin [7]."
    assert [sentence.labels for sentence in checker.sentences] == [("7",)]
    assert checker.sentences[0].supported


def test_an_unknown_citation_is_dropped_and_counted() -> None:
    shown, checker = run("A pale green Austin [7, 55].")
    assert shown == "A pale green Austin [7]."
    assert checker.unknown_citations == 1


@pytest.mark.parametrize(
    ("cited", "shown", "unknown"),
    [
        ("[Passage 7]", " [7]", 0),
        ("[PASSAGES 7, 55]", " [7]", 1),
        ("[passage 7, passage 9]", " [7] [9]", 0),
        ("[7 and 55]", " [7]", 1),
        ("[7, 9, and 55]", " [7] [9]", 1),
        ("[7 & 9]", " [7] [9]", 0),
        ("[7-9]", " [7] [9]", 1),
        ("[7–8]", " [7]", 1),
        ("[97–99]", "", 3),
        ("[7-5000]", " [7]", 1),
        ("[9-7]", " [9] [7]", 0),
        ("[p. 7]", " [7]", 0),
        ("[pp. 55–56]", "", 2),
        ("[page 55]", "", 1),
        ("[¶ 7]", " [7]", 0),
        ("[¶¶ 7; 55]", " [7]", 1),
        ("【7】", " [7]", 0),
        ("［55］", "", 1),
        ("[1850]", "", 1),
        ("[#7]", " [7]", 0),
        ("[^55]", "", 1),
        ("[07]", " [7]", 0),
        ("［７］", " [7]", 0),
        ("([7])", " [7]", 0),
        ("([55])", "", 1),
        ("[[7]]", " [7]", 0),
        ("[[7], [55]]", " [7]", 1),
        ("([7] and [9])", " [7] [9]", 0),
        ("([sic])", " ([sic])", 0),
        ("([see 7])", " ([see 7])", 0),
        ("[see 55]", " [see 55]", 0),
        ("[A55 to 57]", " [A55 to 57]", 0),
        ("[Chapter 55]", " [Chapter 55]", 0),
    ],
)
def test_a_citation_is_known_in_any_form(cited: str, shown: str, unknown: int) -> None:
    for pieces in ([f"It is an Austin {cited}"], list(f"It is an Austin {cited}")):
        said, checker = run(*pieces)
        assert said.removesuffix(" [7]") == f"It is an Austin{shown}".removesuffix(" [7]")
        assert checker.unknown_citations == unknown


def test_a_line_that_begins_with_a_citation_and_a_bracket_is_the_same_however_it_is_cut() -> None:
    reply = "It is green.\n[55]\n[55]) So."
    said = run(reply)[0]
    for at in range(len(reply)):
        assert run(reply[:at], reply[at:])[0] == said


@pytest.mark.parametrize("cut", ["[", "[5", "[Passage 5", "[7, ", "[7 and", "[A", "([7", "[“5"])
def test_a_citation_that_was_not_written_to_its_end_is_left_out(cut: str) -> None:
    for pieces in ([f"It is an Austin {cut}"], list(f"It is an Austin {cut}")):
        said, checker = run(*pieces)
        assert said == "It is an Austin [7]"
        assert len(checker.sentences) == 1
    assert run("It is an Austin [NATO")[0] == "It is an Austin [NATO [7]"


@pytest.mark.parametrize(
    ("reply", "shown", "cited"),
    [
        ("It is an Austin.\n[9] Herring.", "It is an Austin. [7]\n[9] Herring.", ["7", "9"]),
        ("It is an Austin.\n([9]) Herring.", "It is an Austin. [7]\n[9] Herring.", ["7", "9"]),
        ("It is an Austin.\n[9]\n\nHerring.", "It is an Austin. [9]\n\nHerring. [9]", ["9", "9"]),
        ("It is an Austin.\n[9], [7]", "It is an Austin. [9], [7]", ["9 7"]),
        ("An Austin.\n[sic] Herring.", "An Austin. [7]\n[sic] Herring. [9]", ["7", "9"]),
        ("[7]\nIt is an Austin.", "[7]\nIt is an Austin.", ["7"]),
        ("An Austin.\n\n* [9] *", "An Austin. [7]\n\n* [9] *", ["7 9"]),
    ],
)
def test_a_citation_belongs_to_the_line_that_it_begins(
    reply: str, shown: str, cited: list[str]
) -> None:
    for pieces in ([reply], [*reply]):
        said, checker = run(*pieces)
        assert said == shown
        assert [" ".join(sentence.labels) for sentence in checker.sentences] == cited


@pytest.mark.parametrize("reply", ["---", "***", "| --- | --- |", "```", "...", "[7]", "[55]."])
def test_what_has_no_word_is_no_sentence(reply: str) -> None:
    assert run(reply)[1].sentences == []
    _, checker = run(f"It is an Austin.\n\n{reply}\n\nIt is pale green.")
    assert [sentence.supported for sentence in checker.sentences] == [True, True]


def test_a_sign_that_answers_is_a_sentence() -> None:
    shown, checker = run("∞ [7]")
    assert shown == "∞ [7]"
    assert [sentence.labels for sentence in checker.sentences] == [("7",)]


def test_a_bracket_that_cites_nothing_is_not_held_back() -> None:
    checker = AnswerChecker(evidence(), "What does the doctor drive?", "en")
    assert "".join(checker.feed("An Austin [s")) == "An Austin [s"
    assert "".join(checker.feed(f" [7{', 7' * 40}")).startswith(" [7, 7")


@pytest.mark.parametrize(
    "reply",
    [
        "1. The doctor drove an Austin.\n2. Hale keeps herring in the shed.",
        "1) The doctor drove an Austin.\n2) Hale keeps herring in the shed.",
        "**1.** The doctor drove an Austin.\n**2.** Hale keeps herring in the shed.",
        "He drove: 1. A pale green Austin. 12. Hale keeps herring in the shed.",
    ],
)
def test_a_number_in_a_list_is_no_sentence(reply: str) -> None:
    _, checker = run(*reply)
    assert [(one.labels, one.supported) for one in checker.sentences] == [
        (("7",), True),
        (("9",), True),
    ]


def test_a_number_that_ends_a_sentence_ends_it() -> None:
    _, checker = run("He came in 12. It was late. 1850. So it was.\n12.")
    said = [sentence.text for sentence in checker.sentences]
    assert said == ["He came in 12.", "It was late.", "1850.", "So it was.", "12."]


def test_a_sentence_without_a_citation_gets_the_passage_that_holds_it() -> None:
    shown, _ = run("He drives a pale green Austin. Hale keeps herring in the shed.")
    assert shown == "He drives a pale green Austin. [7] Hale keeps herring in the shed. [9]"


def test_an_invented_sentence_gets_no_citation_and_is_unsupported() -> None:
    shown, checker = run("Her sister married a Portuguese captain in Lisbon.")
    assert shown == "Her sister married a Portuguese captain in Lisbon."
    assert not checker.sentences[0].supported


def test_a_bare_yes_rests_on_what_holds_the_question() -> None:
    for said in ("Yes.", "No."):
        shown, checker = run(said, question="Did the doctor drive an Austin?")
        assert shown == f"{said} [7]"
        assert checker.sentences[0].supported
        assert run(f"{said} [9]", question="Was it so?")[1].sentences[0].supported
        _, checker = run(said, question="Did her sister marry a Portuguese captain?")
        assert not checker.sentences[0].supported


def test_a_wrong_citation_does_not_make_a_sentence_supported() -> None:
    _, checker = run("Her sister married a Portuguese captain [7].")
    assert not checker.sentences[0].supported


def test_a_quotation_that_stands_in_the_text_is_shown_in_its_wording() -> None:
    shown, checker = run('He said "i never  saw the letter".')
    assert shown.startswith("He said “I never saw the letter”.")
    (quotation,) = checker.quotations
    item = evidence()[0]
    start = quotation.span.start - item.passage.span.start
    assert item.text[start : start + len(quotation.text)] == "I never saw the letter"


def test_an_invented_quotation_loses_its_marks() -> None:
    shown, checker = run("He said “I burned the letter myself”.")
    assert "“" not in shown
    assert '"' not in shown
    assert checker.unfound_quotations == 1
    assert checker.quotations == []


MARKED = [
    ('Tom said "I killed the king" to Anna.', "en"),
    ("Tom said “I killed the king” to Anna.", "en"),
    ("Tom said ‘I killed the king’ to Anna.", "en"),
    ("Tom said 'I killed the king' to Anna.", "en"),
    ("Tom said ‘I don’t love the boys’ king,’ to Anna.", "en"),
    ("Tom said ‘Tis I who killed the king’ to Anna.", "en"),
    ("Tom said ＂I killed the king＂ to Anna.", "en"),
    ("Tom a dit «\xa0J’ai tué le roi\xa0» à Anna.", "fr"),
    ("Tom a dit ‹J’ai tué le roi› à Anna.", "fr"),
    ("Tom sagte „Ich tötete den König“ zu Anna.", "de"),
    ("Tom sagte ‚Ich tötete den König‘ zu Anna.", "de"),
    ("Tom sagte »Ich tötete den König« zu Anna.", "de"),
    ("Tom sagte ›Ich tötete den König‹ zu Anna.", "de"),
    ("Tom sade ”Jag dödade kungen” till Anna.", "sv"),
    ("Tom sade »Jag dödade kungen» till Anna.", "sv"),
    ("Tom sanoi: ”Tapoin kuninkaan.”", "fi"),
    ("汤姆说“我杀了国王”。", "zh"),
    ("汤姆说‘我杀了国王’吗?", "zh"),
    ('汤姆说"我杀了国王"。', "zh"),
    ("トムは「私が王を殺した」と言った。", "ja"),
    ("トムは『私が王を殺した』と言った。", "ja"),
    ("トムは〝私が王を殺した〟と言った。", "ja"),
    ("톰은 '내가 왕을 죽였다'고 말했다.", "ko"),
]


@pytest.mark.parametrize(("reply", "language"), MARKED)
def test_an_invented_quotation_loses_marks_of_any_shape(reply: str, language: str) -> None:
    for pieces in ([reply], list(reply)):
        shown, checker = run(*pieces, language=language)
        assert not re.search("[\"“”„«»‹›‘‚＂「」『』〝〟]|(?<!\\w)['’]|['’](?!\\w| king)", shown)
        assert checker.unfound_quotations == 1


@pytest.mark.parametrize(
    ("reply", "wording"),
    [
        ("‘I don’t know’ said Anna.", "I don’t know"),
        ("'I don't know' said Anna.", "I don’t know"),
        ("She said ‘the boys’ boat is gone’.", "the boys’ boat is gone"),
        ("She saw ‘the boys’ and left.", "the boys"),
        ("”The dog” is old.", "The dog"),
        ("安娜說「我沒有賣船。」", "我沒有賣船"),
        ("安娜說“我沒有賣船”。", "我沒有賣船"),
    ],
)
def test_a_quotation_in_marks_of_any_shape_is_found(reply: str, wording: str) -> None:
    texts = {
        7: "“I don’t know if the boys’ boat is gone,” said Anna. The dog slept. 我沒有賣船，她說。"
    }
    _, checker = run(*reply, texts=texts)
    assert [quotation.text for quotation in checker.quotations] == [wording]
    assert checker.unfound_quotations == 0


@pytest.mark.parametrize(
    "reply",
    [
        "’Tis late, and the boys’ boat is gone; they’d left.",
        "‘Tis late, and the boys’ boat is gone; they‘d left.",
        "'Tis late, and the boys' boat is gone; they'd left.",
        "Rock ‘n’ roll and rock 'n' roll of the '90s.",
        "'s Ochtends ging Anna naar 't huis van de jongens' vader.",
        "Hawai‘i, the Ka‘ba, al-‘Arab and ‘Ali.",
        'A 5" nail and a 6\'2" man.',
        "They left mode='fast' alone.",
    ],
)
def test_an_apostrophe_is_no_quotation_mark(reply: str) -> None:
    shown, checker = run(*reply)
    assert shown == reply
    assert checker.unfound_quotations == 0


def test_an_apostrophe_before_a_word_holds_back_its_line_alone() -> None:
    checker = AnswerChecker(evidence(), "What does the doctor drive?", "en")
    assert "".join(checker.feed("‘Tis late.\nThe doctor left")) == "‘Tis late.\nThe doctor left"
    shown = "".join(checker.feed(f" and ‘nother one {'came ' * 120}"))
    assert shown.startswith(" and ‘nother one came")


def test_what_loses_its_marks_is_checked_like_all_else() -> None:
    shown, checker = run("He said “I burned ‘the letter’ [55]. ![x](https://e.example)”.")
    assert shown.startswith("He said I burned “the letter”. [7] ")
    assert "example" not in shown
    assert (checker.unfound_quotations, checker.unknown_citations) == (1, 1)


def test_a_quotation_is_found_behind_a_word_that_its_words_stand_in() -> None:
    for said, text in (("sea", "sea"), ("Sea", "sea")):
        found = find_verbatim(said, ["The season was cold. The sea was rough."])
        assert found == (0, 25, 25 + len(text))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("wait... what now", "“Oh, wait… what now?”"),
        ("wait… what now", "“Oh, wait... what now?”"),
        ("wait…what", "wait...what"),
    ],
)
def test_dots_in_a_quotation_may_be_one_sign_or_three(said: str, text: str) -> None:
    found = find_verbatim(said, [text])
    assert found is not None
    assert find_verbatim("wait. what", [text]) is None


def test_numbers_and_abbreviations_do_not_end_a_sentence() -> None:
    shown, checker = run("Mr. Hale keeps 3.5 tons of herring.")
    assert shown == "Mr. Hale keeps 3.5 tons of herring. [9]"
    assert len(checker.sentences) == 1


@pytest.mark.parametrize(
    ("reply", "language"),
    [
        ("The doctor drove... a pale green Austin.", "en"),
        ("The doctor drove… a pale green Austin.", "en"),
        ("“I never saw the letter.” said the doctor.", "en"),
        ("He said “I never saw the letter.” and drove the Austin.", "en"),
        ("The doctor drove the Austin at 5 p.m. on a pale green day.", "en"),
        ("The doctor, Capt. Austin, drove.", "en"),
        ("By Fig. 2 the doctor drove a pale green Austin.", "en"),
        ("Der doctor drove am 19. Mai den Austin.", "de"),
        ("Der doctor drove z. B. den Austin.", "de"),
        ("El doctor, Sr. Austin, drove.", "es"),
    ],
)
def test_a_sentence_goes_on_behind_marks_that_do_not_end_it(reply: str, language: str) -> None:
    for pieces in ([reply], [*reply]):
        said, checker = run(*pieces, language=language)
        assert said == f"{reply} [7]"
        assert [sentence.text for sentence in checker.sentences] == [said]


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("Austin है। Herring है।", "Austin है। [7] Herring है। [9]"),
        ("Austin؟ Herring۔", "Austin؟ [7] Herring۔ [9]"),
    ],
)
def test_a_sentence_ends_with_the_marks_of_any_script(reply: str, shown: str) -> None:
    said, checker = run(reply)
    assert said == shown
    assert len(checker.sentences) == 2


@pytest.mark.parametrize(
    ("reply", "shown", "sentences"),
    [
        ("A pale green Austin... It is pale.", "A pale green Austin... [7] It is pale. [7]", 2),
        ("A pale green Austin?! It is pale.", "A pale green Austin?! [7] It is pale. [7]", 2),
        ("A pale green Austin [7]..", "A pale green Austin [7]..", 1),
        ("(It is a pale green Austin.).", "(It is a pale green Austin.). [7]", 1),
        ("A pale green (.) Austin.", "A pale green (.) Austin. [7]", 1),
        ("A pale green Austin and periods (.) [7].", "A pale green Austin and periods (.) [7].", 1),
    ],
)
def test_several_marks_end_one_sentence_and_one_in_brackets_ends_none(
    reply: str, shown: str, sentences: int
) -> None:
    for pieces in ([reply], [*reply]):
        said, checker = run(*pieces)
        assert said == shown
        assert len(checker.sentences) == sentences


def test_a_citation_behind_the_full_stop_belongs_to_the_sentence() -> None:
    shown, checker = run("A pale green Austin. [7] Hale keeps herring in the shed [9].")
    assert shown == "A pale green Austin. [7] Hale keeps herring in the shed [9]."
    assert [sentence.labels for sentence in checker.sentences] == [("7",), ("9",)]


def test_brackets_that_cite_nothing_stay() -> None:
    shown, _ = run("A pale green [sic] Austin [7].")
    assert shown == "A pale green [sic] Austin [7]."


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("![logo](https://e.example/a.png) A pale green Austin [7].", "A pale green Austin [7]."),
        ("An Austin ![](https://e.example) it was [7].", "An Austin it was [7]."),
        ("Stop![7]", "Stop! [7]"),
        ("An Austin ![a[b]](https://e.example/a.png) it was [7].", "An Austin it was [7]."),
        ("An Austin ![a\nb](https://e.example/a.png) it was [7].", "An Austin it was [7]."),
        ("An Austin ![a\\]b](https://e.example/a.png) it was [7].", "An Austin it was [7]."),
        ("An Austin ![a](\nhttps://e.example/(1)\n'x') it was [7].", "An Austin it was [7]."),
        ("No![sic] It was ![x", "No! [sic] It was ! [x"),
    ],
)
def test_pictures_are_dropped(reply: str, shown: str) -> None:
    said, _ = run(*reply)
    assert said.replace(" [9]", "").strip() == shown


@pytest.mark.parametrize(
    "reply",
    [
        "![a][logo]\n\n[logo]: https://e.example",
        "![`]`](https://e.example)",
        f"![a](https://e.example/{'a' * 900})",
        "!![a](b)[c](https://e.example)",
        "![55][c](https://e.example)",
        "!“[c](https://e.example)”",
        "!“”[7](https://e.example)",
        "“A drawing ![c](https://e.example) of it”",
    ],
)
def test_nothing_that_is_left_can_become_a_picture(reply: str) -> None:
    texts = {7: "A drawing ![c](https://e.example) of it."}
    shown, checker = run(*reply, texts=texts)
    assert "![" not in shown
    assert not any("![" in sentence.text for sentence in checker.sentences)


def test_what_may_be_a_picture_is_held_back_no_longer_than_that() -> None:
    checker = AnswerChecker(evidence(), "What does the doctor drive?", "en")
    assert "".join(checker.feed("No![sic] it")) == "No! [sic] it"
    assert "".join(checker.feed(" ![a\n\nb")) == " ! [a\n\nb"


REPLY = (
    'Dr. Vane said "I never saw the letter". A pale green Austin [7, 99]! Is it “so”?\n'
    "‘I don’t see the boys’ letter’ – ’tis ‘so’ and 'so' at the boys' pier. "
    "Yes [pp. 7–9 and 55]. ![a [b]](c)! 1. So."
)


@given(st.lists(st.integers(0, len(REPLY)), max_size=12))
def test_how_the_reply_is_cut_into_pieces_does_not_matter(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(REPLY)]
    pieces = [REPLY[start:end] for start, end in itertools.pairwise(places)]
    assert run(*pieces)[0] == run(REPLY)[0]


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("It is green [“77].", "It is green. [7]"),
        ('It is green ["7"].', "It is green [7]."),
        ("It is green [‘7’ and “77”].", "It is green [7]."),
        ("It is green [“7–9”].", "It is green [7] [9]."),
        ("It is [![a](b)77] green.", "It is […77] green. [7]"),
        ("It is green [5[77]5].", "It is green [5…5]. [7]"),
        ("It is green [77[9, 78]].", "It is green [77 [9]]."),
        ("It is [“green”] then.", None),
    ],
)
def test_a_citation_in_quotation_marks_is_one(reply: str, shown: str | None) -> None:
    said, _ = run(reply)
    assert shown is None or said == shown
    assert "[77]" not in said


CODE = {7: 'Call print("hello", x[0]) or `pip install tool` to see it.'}


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ('Call `print("hello", x[0])`.', 'Call `print("hello", x[0])`. [7]'),
        ('```py\nprint("hello", x[0])\n```\n\nSo.', '```py\nprint("hello", x[0])\n```\n[7]\n\nSo.'),
        ("```\npip install tool\n```\n[7]\nSo.", "```\npip install tool\n```\n[7]\nSo."),
        ("```\npip install tool", "```\npip install tool\n```\n[7]"),
        ('Call `print("bye", x[9])`.', "Call `print(bye, x)`. [7]"),
        ("It says `[55]` and `“hello there”`.", "It says `` and `hello there`. [7]"),
        ('```\nHe said "I fell" [55].\n```\n“So”.', "```\nHe said I fell.\n```\nSo."),
        ('A ` and "hello"', "A ` and “hello” [7]"),
    ],
)
def test_code_that_stands_in_the_text_is_shown_as_it_is(reply: str, shown: str) -> None:
    for pieces in ([reply], [*reply]):
        assert run(*pieces, texts=CODE)[0] == shown


PIECES = [
    "The Austin", "pale green", "herring", "he said", "I never saw the letter", "Mr.", "z. B.",
    " ", " ", "\n", "\n\n", ".", ".", "...", "…", "!", "?", "。", "؟", ",", ":", "1. ", "- ", "|",
    "[7]", "[9]", "[55]", "[7-9]", "([7])", "[[55]]", "([7], [55])", "([7]", "[7", "[", "(", "]",
    ")", "“", "”", '"', "'", "‘", "’", "«", "»", "![", "---", "**", "`", "`", "```\n", "\n```",
    "[sic]", "“我没有。”",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_shown_does_not_depend_on_pieces_and_its_citations_are_those_of_sentences(
    reply: str,
) -> None:
    shown, checker = run(reply)
    said, in_pieces = run(*reply)
    assert (said, in_pieces.sentences) == (shown, checker.sentences)
    assert all(re.search(r"[^\W_]", re.sub(r"\[\d+\]", "", s.text)) for s in checker.sentences)
    cited = {label for sentence in checker.sentences for label in sentence.labels}
    assert not checker.sentences or cited == {*re.findall(r"\[(\d+)\]", shown)}
    assert _letters(shown) == _letters(reply)


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W\d_]", text)).casefold()


@given(st.text(alphabet="abs .!?[]()7,\"“”„«»‘’'\n", max_size=80))
def test_any_reply_ends_and_cites_only_what_was_given(reply: str) -> None:
    shown, checker = run(reply)
    assert all(set(sentence.labels) <= {"7", "9"} for sentence in checker.sentences)
    assert "[77]" not in shown
    assert "![" not in shown


@pytest.mark.parametrize("reply", ["", " ", "[7]", "[", "“", '"', "7.", "..."])
def test_odd_replies_do_not_break_it(reply: str) -> None:
    shown, _ = run(reply)
    assert len(shown) <= len(reply) + 4
