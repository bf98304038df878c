"""Names of a text: what counts as one, which forms are one, where they stand."""

from __future__ import annotations

import pytest

from longread.document import Document, DocumentBuilder, Passage
from longread.passages import split_passages
from longread.reading.mentions import mentions
from longread.reading.names import Name, gather, together


def document(*paragraphs: str, language: str = "en") -> Document:
    builder = DocumentBuilder("text", title="Book", language=language)
    builder.section("Chapter One Of Many")
    for paragraph in paragraphs:
        builder.paragraph(paragraph)
    return builder.build()


def forms(text: str) -> list[str]:
    return [mention.form for mention in mentions(document(text))]


def by_name(*paragraphs: str, language: str = "en") -> dict[str, Name]:
    return {name.name: name for name in gather(document(*paragraphs, language=language))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was Anna Stone who met Mr. Grey there.", ["Anna Stone", "Mr. Grey"]),
        ("We saw Anna. The boat had left; Anna was late.", ["Anna", "Anna"]),
        ("He read Anna's letter to Dr. J. Wren.", ["Anna", "Dr. J. Wren"]),
        ("She knew the Duke of York and Ada van Dam.", ["Duke of York", "Ada van Dam"]),
        ("They met Holmes of Baker Street.", ["Holmes", "Baker Street"]),
        ("On Monday I said so. Perhaps I’ll go in May.", ["May"]),
        ("Yes, Sir. No, Madam. The tide rose.", []),
        ("“Come,” said Anna, “or Maria will go.” “Anna!” he cried.", ["Anna", "Maria", "Anna"]),
        ("all is small here", []),
        ("He saw the _Nautilus_ and the _Isle of Man_.", ["Nautilus", "Isle of Man"]),
        ("But _It was dark_, he said, and _Never!_ too.", []),
        ("He met Jean\u2011Paul there.", ["Jean\u2011Paul"]),
        ("They met at Patty's Place. So Patty's Anna came.", ["Patty's Place", "Patty", "Anna"]),
        ("He said that He and His word, And Anna, are one.", ["Anna"]),
        ("We heard that The Hawk and Will came.", ["The Hawk", "Will"]),
        (
            "A new man saw New York. They left New York. New York was old (New York, 1863).",
            ["New York", "New York", "New York", "New York"],
        ),
        ("The new man left New York for New York. New Anna came.", ["New York"] * 2 + ["Anna"]),
        ("Там был Ива\u0301н.", ["Ива\u0301н"]),
    ],
)  # fmt: skip
def test_a_name_is_a_run_of_capitals_within_a_sentence(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_a_common_word_that_begins_a_sentence_is_no_name() -> None:
    text = "Rose saw the rose. A rose grew. They met Rose there. Rose left. The rose stood."
    assert forms(text) == ["Rose"]


def test_a_script_without_capitals_has_no_names_but_foreign_ones_that_are_none() -> None:
    text = "山路を登りながら、こう考えた。"
    assert gather(document(*[f"{text}With 画工と Shift-JIS を見た。"] * 9, language="ja")) == ()
    assert gather(document(*["Der 画工 sah dem Nagai zu. 山路。"] * 9, language="de"))


def test_every_mention_is_its_own_words() -> None:
    built = document("Anna’s boat met Mr. Grey’s.\n", "“Anna Stone!” Then Anna left with Mr. Grey.")
    found = mentions(built)
    assert [built.slice(mention.span) for mention in found] == [item.form for item in found]


def test_surname_title_and_full_name_are_one() -> None:
    names = by_name(
        "So Mr. Darcy came. We saw Fitzwilliam Darcy. Then Darcy spoke and he left.",
        "And Mr. Darcy, who had Darcy wait, was there. It was Fitzwilliam Darcy.",
    )
    assert list(names) == ["Fitzwilliam Darcy"]
    name = names["Fitzwilliam Darcy"]
    assert dict(name.forms) == {"Mr. Darcy": 2, "Fitzwilliam Darcy": 2, "Darcy": 2}
    assert name.kind == "person"
    assert len(name.mentions) == 6


def test_husband_wife_and_daughter_are_three() -> None:
    text = "There were Mr. Bennet and Mrs. Bennet, and Miss Bennet too. "
    assert set(by_name(text * 3)) == {"Mr. Bennet", "Mrs. Bennet", "Miss Bennet"}


def test_a_colonel_is_known_by_his_surname_a_knight_by_his_first_name() -> None:
    names = by_name(
        "We met Fitzwilliam Darcy. Then came Colonel Fitzwilliam. Then Sir William Lucas. " * 2,
        "It was Sir William, and it was Colonel Fitzwilliam.",
    )
    assert set(names) == {"Fitzwilliam Darcy", "Colonel Fitzwilliam", "Sir William Lucas"}
    assert dict(names["Sir William Lucas"].forms)["Sir William"] == 1


def test_a_place_is_told_from_a_person() -> None:
    names = by_name("She lived in Lisbon. He came to Lisbon with Anna. Then Anna said no.")
    assert (names["Lisbon"].kind, names["Anna"].kind) == ("place", "person")


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("They saw Spofford Avenue. He liked Spofford Avenue.", "Spofford Avenue", "place"),
        ("Then Fish Row was dark. So Fish Row had no lamp.", "Fish Row", "place"),
        ("He saw Mount Holly and they saw Mount Holly.", "Mount Holly", "place"),
        ("It was Lake of Stars, his Lake of Stars.", "Lake of Stars", "place"),
        ("They heard that Anna Hill said no. So Anna Hill cried.", "Anna Hill", "person"),
        ("He loved Story Club. He knew Story Club and his sister.", "Story Club", "other"),
        ("He was English and spoke English. In English he said so.", "English", "other"),
        ("He feared God. He trusted God. He thanked God.", "God", "other"),
        ("And then God said so. Then God said no.", "God", "person"),
        ("She gave it to Nettie. He spoke to Nettie.", "Nettie", "other"),
        ("She lives at Fry's now. He was at Fry's. They knew Fry.", "Fry", "other"),
        ("She lives in Tom-all-Alone's. He died in Tom-all-Alone's.", "Tom-all-Alone", "place"),
        ("She is in St. James's. He was in St. James's. We saw St. James.", "St. James", "place"),
        (
            "He was in Oria. The men of Oria rose, so the mayor of Oria left. Then Oria had a "
            "wall. And Oria was rich.",
            "Oria",
            "place",
        ),
        ("It is in Table 3. It was in Table 4.", "Table", "other"),
        ("They met in May 1917. They left in May 1918.", "May", "other"),
        ("In the 9th Aeon they left. But the 9th Aeon was dark.", "Aeon", "other"),
        ("She read in Annual Reports. So it is in Annual Reports.", "Annual Reports", "other"),
        ("That is told in Part II. He is in Part II.", "Part II", "other"),
        ("Then AKME was rich. So AKME had won. It is Akme.", "AKME", "other"),
        ("They saw that Congress was angry. They heard Congress had met.", "Congress", "other"),
        ("She spoke in Parliament. He sat in Parliament.", "Parliament", "other"),
        ("She was in the United States. He left the United States.", "United States", "place"),
        ("So North Carolina was won. Then North Carolina had left.", "North Carolina", "place"),
        ("Here was Earth, and he saw Earth. So Earth had won his heart.", "Earth", "place"),
        ("He was cold on Mars. So Mars was red, and Mars had won.", "Mars", "place"),
        ("They feared Mars. So Mars was angry, and Mars had won.", "Mars", "person"),
        ("And India laughed. Then India said no.", "India", "person"),
        ("There Vice President was ill. So Vice President had left.", "Vice President", "other"),
        ("So Black Americans had won. Then Black Americans stood.", "Black Americans", "other"),
    ],
)
def test_what_a_name_is_of_is_told_by_its_words_and_by_what_stands_around(
    text: str, name: str, kind: str
) -> None:
    assert by_name(text)[name].kind == kind


def test_those_who_bear_a_name_are_no_place() -> None:
    names = by_name("They met at the Frys. He lives near the Frys.", "And Orma Fry said no. " * 2)
    assert (names["Frys"].kind, names["Orma Fry"].kind) == ("other", "person")


def test_a_short_first_name_is_joined_with_the_long_one_before_the_same_surname() -> None:
    names = by_name(
        "So Phil Gordon came. Then Phil laughed, and Phil went. ",
        "They met Philippa Gordon and Philip Stone. He knew Philippa Gordon and Philip Stone.",
        "He met Al Grey, Ada Grey and Alan Grey; Al Grey, Ada Grey and Alan Grey left.",
    )
    assert len(names["Philippa Gordon"].mentions) == 5
    assert {"Philip Stone", "Al Grey", "Alan Grey"} <= set(names)


def test_a_bare_surname_is_the_gentleman_s_not_the_lady_s() -> None:
    names = by_name(
        "There were Mr. Bingley and Miss Bingley. So Miss Bingley and Mr. Bingley left. " * 2,
        "Then Bingley said no. They saw that Bingley left.",
        "It was Mrs. Toller. They saw Mrs. Toller, and Toller left. Then Toller went on.",
    )
    assert dict(names["Mr. Bingley"].forms) == {"Mr. Bingley": 4, "Bingley": 2}
    assert len(names["Mrs. Toller"].mentions) == 4, "no Mr. Toller is there"


def test_a_first_letter_before_a_surname_is_of_the_one_whose_name_begins_so() -> None:
    names = by_name(
        "They met Winifred Marr. It was for Miss W. Marr. So Miss Marr came. ",
        "Then Miss Marr laughed. They saw Winifred Marr.",
        "He met M. Gray, Mara Gray and Maria Gray; M. Gray, Mara Gray and Maria Gray left.",
    )
    assert dict(names["Winifred Marr"].forms) == {
        "Winifred Marr": 2,
        "Miss Marr": 2,
        "Miss W. Marr": 1,
    }
    assert {"Mara Gray", "Maria Gray"} <= set(names), "the letter may be of either"


def test_a_bare_surname_is_of_whom_is_called_so_in_full_whatever_pronouns_say() -> None:
    names = by_name(
        "So Lucius Harney came. He saw Mr. Harney. They met Lucius Harney. He liked Mr. Harney.",
        "Then she met Harney, and she ran with her book. But Harney saw her, and she cried. " * 4,
        "There was Mrs. Toller. She saw Mrs. Toller. "
        + "Then Toller said that he had his dog. " * 4,
    )
    assert dict(names["Lucius Harney"].forms) == {"Harney": 8, "Lucius Harney": 2, "Mr. Harney": 2}
    assert {"Toller", "Mrs. Toller"} <= set(names), "nobody is called so in full"


def test_a_full_name_behind_that_of_a_place_is_that_name() -> None:
    names = by_name(
        "They met Lucius Harney. In all of North Dormer Lucius Harney knew no one. So Lucius "
        "Harney left.",
        "They saw Piazza Santa Croce and Santa Croce. He saw Piazza Santa Croce and Santa Croce.",
    )
    assert len(names["Lucius Harney"].mentions) == 3
    assert {"Piazza Santa Croce", "Santa Croce"} <= set(names), "met more than once"


def test_a_queen_is_nobody_s_first_name() -> None:
    names = by_name(
        "Then Elizabeth Bennet laughed. They spoke of Queen Elizabeth. " * 2,
        "So Henry James wrote of King Henry. " * 2,
    )
    assert set(names) == {"Elizabeth Bennet", "Queen Elizabeth", "Henry James", "King Henry"}


def test_one_who_holds_an_office_is_the_one_of_that_name() -> None:
    names = by_name(
        "They met Emmanuel Macron. They saw French President Emmanuel Macron. " * 2,
        "Then Macron said no. So Prime Minister Borne left. Then Borne laughed. Then Borne left. "
        * 2,
        "He met Mary King. Then Mary laughed. Then Mary said no.",
    )
    assert {name: found.kind for name, found in names.items()} == {
        "Emmanuel Macron": "person",
        "Borne": "person",
        "Mary": "person",
    }
    assert len(names["Emmanuel Macron"].mentions) == 6


def test_what_somebody_is_king_of_has_a_name_of_its_own() -> None:
    names = by_name("The King of Oria came to Oria. He was in Oria with the King of Oria.")
    assert {name: found.kind for name, found in names.items()} == {
        "King of Oria": "person",
        "Oria": "place",
    }


def test_a_people_is_nobody_s_first_name_and_a_quarter_no_short_form() -> None:
    names = by_name(
        "He saw the Arab Sheik. They met the Arab Sheik. He was Arab. They spoke Arab.",
        "She was in New England. He left New England. She was in England. He left England.",
    )
    assert set(names) == {"Arab Sheik", "Arab", "New England", "England"}


def test_a_saint_s_town_and_a_general_company_are_no_persons() -> None:
    names = by_name(
        "They went to St. Petersburg in May. The train left St. Petersburg at night. ",
        "It was made by General Motors. We know General Motors. ",
        "Then General Grant said no. And General Grant laughed. ",
    )
    kinds = {name: found.kind for name, found in names.items()}
    assert kinds["St. Petersburg"] == "place"
    assert kinds["General Motors"] == "other"
    assert kinds["General Grant"] == "person"


def test_declined_forms_are_one_name() -> None:
    names = by_name("Это был Лаврецкий. Я сказал Лаврецкому. Дом Лаврецкого.", language="ru")
    assert [len(name.mentions) for name in names.values()] == [3]


def test_names_that_share_passages_are_counted_together() -> None:
    built = document(*(f"Then Anna met Boris in Lisbon, number {n}." for n in range(2)))
    passages = split_passages(built)
    names = gather(built)
    assert len(together(names, passages)["Anna", "Boris"]) == 1
    alone = [
        Passage(number, paragraph.span, 0, (number, number + 1))
        for number, paragraph in enumerate(built.paragraphs[1:], start=1)
    ]
    assert len(together(names, alone)["Anna", "Boris"]) == 2


def test_a_name_met_once_is_left_out() -> None:
    assert by_name("They met Anna there.") == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "es",
            "-¡Qué comparas! -¿Cómo? -dijo Vicente. «Pero qué dices.» Y dijo Vicente: -Qué pena.",
        ),
        ("de", "„Wie geht es dir?“, sagte Vicente. „Aber nein“, rief Vicente. Da kam Sie."),
        ("pt", "- Há quem diga, disse Vicente. Então Há pouco disse Vicente."),
    ],
)
def test_function_words_and_what_begins_a_speech_name_nothing(language: str, text: str) -> None:
    assert list(by_name(text, language=language)) == ["Vicente"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Da sagte Mara nichts. "),
        ("fr", "Alors demanda Mara du pain. "),
        ("es", "Entonces preguntó Mara algo. "),
        ("it", "Allora rispose Mara piano. "),
        ("pt", "Então respondeu Mara baixo. "),
        ("nl", "Toen vroeg Mara iets. "),
        ("ru", "Тогда сказала Мара слово. "),
    ],
)
def test_who_speaks_now_and_then_is_a_person(language: str, said: str) -> None:
    name = "Мара" if language == "ru" else "Mara"
    place = "Орша" if language == "ru" else "Oria"
    seen = f"x {name} z {place}. "
    names = by_name(said * 2 + seen * 40, language=language)
    assert names[name].kind == "person"
    assert names[place].kind == "other"
