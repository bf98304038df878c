from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longread.memory.analysis import (
    content_terms,
    count_words,
    language_asked_in,
    passage_terms,
    query_terms,
)


def found(question: str, text: str, language: str = "en") -> bool:
    """Whether any term of the question is one of the text's."""
    terms = passage_terms(text, language)
    return any(
        any(term.startswith(asked.text) for term in terms) if asked.prefix else asked.text in terms
        for asked in query_terms(question, language)
    )


@pytest.mark.parametrize(
    ("language", "asked", "written"),
    [
        ("en", "running dogs", "The dog runs."),
        ("fr", "les chevaux mangeaient", "Un cheval mange."),
        ("fr", "homme", "Voici l’homme."),
        ("fr", "cafe", "Un café noir."),
        ("de", "Häuser", "Das Haus brennt."),
        ("de", "strasse", "Die STRASSE und die Straße."),
        ("ru", "книгу", "Новая книга."),
        ("ru", "елка", "Высокая ёлка."),
        ("es", "canción", "Las canciones viejas."),
        ("ja", "東京", "私は東京都に住んでいます。"),
        ("ja", "都", "東京都に行く。"),
        ("zh", "汽车是什么颜色", "那辆红色汽车停在门口。"),
        ("zh", "红", "那辆红色汽车。"),
        ("ko", "서울", "그는 서울에서 왔다."),
        ("th", "กรุงเทพ", "เขาอยู่กรุงเทพมหานคร"),
        ("hi", "किताब", "यह एक किताब है।"),
        ("xx", "word", "An unknown language keeps its word."),
        ("", "word", "No language at all: word."),
        ("pt-BR", "casas", "Uma casa."),
    ],
)
def test_a_question_meets_the_text_in_each_language(
    language: str, asked: str, written: str
) -> None:
    assert found(asked, written, language)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("don't", "They don’t know."),
        ("dont", "They don't know."),
        ("Artagnan", "Then d'Artagnan rose."),
        ("D’Artagnan", "Then d'Artagnan rose."),
        ("Obrien", "Mr. O'Brien spoke."),
        ("dog", "The dog's bone."),
        ("email", "Send an e-mail."),
        ("e-mail", "Send an email."),
        ("USA", "In the U.S.A. it rained."),
        ("USA", "In the _U.S.A._ it rained."),
        ("1577.3", "Sales were 1,577.3 million."),
        ("1,577", "Sales were 1577 in all."),
        ("1577", "Sales were $1,577.3 million."),
        ("2018", "On 12.5.2018 it began."),
        ("12.5.2018", "On 12.5.2018 it began."),
        ("FY2018", "Assets | 2018 | 2017"),
        ("FY2018", "In FY2018 it rained."),
        ("3,5", "Some 3.5 litres."),
        ("1250 rpm", "It turns at 1,250rpm."),
        ("😀", "He wrote 😀 twice."),
        ("ﬁne", "A fine day."),
        ("１２３", "Number 123."),
        ("naive", "A naïve man."),
        ("the", "the"),
    ],
)
def test_spellings_that_mean_the_same_meet(asked: str, written: str) -> None:
    assert found(asked, written)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("15.25kg", ["15·25", "15", "kg"]),
        ("1,250rpm", ["1250", "1·250", "rpm"]),
        ("2.4GHz", ["2·4", "2", "ghz"]),
        ("1.2.3rc1", ["1·2·3", "1", "2", "3", "rc1"]),
        ("3rd 10kg v1.2", ["3rd", "10kg", "v1", "2"]),
    ],
)
def test_a_number_keeps_its_digits_before_a_unit(text: str, terms: list[str]) -> None:
    assert passage_terms(text, "en") == terms


def test_a_number_with_its_unit_is_looked_up_as_older_indexes_hold_it_too() -> None:
    asked = {term.text for term in query_terms("What weighs 15.25kg?", "en")}
    assert asked == {"weigh", "15·25", "15", "kg", "15·2", "5kg"}


def test_letters_with_marks_of_their_own_stay_apart() -> None:
    assert not found("が", "か", "ja")
    assert not found("мой", "мои", "xx")


def test_function_words_go_only_where_others_remain() -> None:
    assert [term.text for term in query_terms("Who is the captain?", "en")] == ["captain"]
    assert [term.text for term in query_terms("Who is he?", "en")] == ["who", "is", "he"]
    assert content_terms("Who is he?", "en") == []
    assert content_terms("What did the captains say?", "en") == ["captain", "say"]


@pytest.mark.parametrize(
    ("language", "question", "telling"),
    [
        ("en", "Who's the captain?", "captain"),
        ("en", "What's the captain's name?", "captain name"),
        ("en", "Couldn't they've said it's Mara's?", "said mara"),
        ("en", "How did O'Brien go on-line?", "brien obrien go line onlin"),
        (
            "en",
            "What is a start-up, and what a mother-in-law?",
            "start startup mother law motherinlaw",
        ),
        ("fr", "Qu'est-ce que c'est que l’arbre d'une reine ?", "arbre rein"),
        ("fr", "Où habite-t-il, dit-elle ?", "habit dit"),
        ("fr", "Qui est dans le sous-marin ?", "marin sousmarin"),
        ("it", "Cos'è un albero?", "alber"),
        ("it", "Dov'è l'arma dell'assassino?", "arma assassin"),
        ("pt", "Quem disse-me isto?", "diss"),
        ("no", "Hvem var det som bodde i huset?", "bodd hus"),
        ("nb", "Hvem var det som bodde i huset?", "bodd hus"),
        ("nn-NO", "Kven var det som budde i huset?", "budd hus"),
    ],
)
def test_function_words_go_also_as_parts_of_words(
    language: str, question: str, telling: str
) -> None:
    assert [term.text for term in query_terms(question, language)] == telling.split()
    assert content_terms(question, language) == telling.split()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["en", "fr", "ja", "ru", ""]))
@example("´S", "fr")
def test_terms_are_never_split_by_the_index(text: str, language: str) -> None:
    for term in passage_terms(text, language) + [t.text for t in query_terms(text, language)]:
        assert term
        assert all(ord(letter) > 127 or letter.isalnum() for letter in term)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  tide — slack\nwater’s edge.", 5),
        ("twenty-four bells—and * * * a gun", 5),
        ("", 0),
        ("…", 0),
        ("1,000 men at 12.30pm, 3:16, 1914–18.", 7),
        ("The U.S. fleet, e.g. the J. R. Hart.", 8),
        ("“孙悟空”，在船上。", 6),
        ("Das Boot 船 kam.", 4),
        ("私は、Annaと話した。", 7),
        ("배가 들어왔다.", 2),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("question", "language", "asked_in"),
    [
        ("Qui choisit le chef du projet ?", "fr-FR", "fr"),
        ("Wo wohnt er?", "de", "de"),
        ("孙悟空是谁？", "zh", "zh"),
        ("Кто такая Лиза?", "ru", "ru"),
        ("What is an NMU?", "fr", ""),
        ("Who is 孙悟空?", "zh", ""),
        ("Balthasar?", "de", ""),
        ("Who is Anna?", "", ""),
    ],
)
def test_the_language_of_a_question_is_known_by_its_function_words(
    question: str, language: str, asked_in: str
) -> None:
    assert language_asked_in(question, language) == asked_in
