"""Which sentence stands for a stretch of text."""

from __future__ import annotations

import pytest

from longread.memory.summaries import Claim
from longread.reading.telling import Telling

TEXT = (
    "The keeper rowed the boat over the bay.",
    "In the bay the boat took water, and the keeper rowed on.",
    "A gull cried.",
    "The keeper brought the boat to the harbour.",
)


def written(*claims: tuple[str, float | None]) -> list[Claim]:
    return [Claim(text, belief=belief) for text, belief in claims]


def chosen(*claims: tuple[str, float | None], title: str = "") -> str | None:
    told = Telling(list(enumerate(TEXT, 1)), title, "en").most_telling(written(*claims))
    return told.text if told is not None else None


def test_what_is_believed_stands_for_it() -> None:
    true, doubtful = "The keeper rows the boat.", "The boat rows the keeper."
    assert chosen((doubtful, 0.6), (true, 0.9)) == true
    assert chosen((true, 0.9), (doubtful, 0.6)) == true


def test_of_what_is_believed_alike_what_most_of_it_is_about() -> None:
    assert chosen(("A gull cried.", 0.9), ("The keeper rows the boat.", 0.9)) == (
        "The keeper rows the boat."
    )
    # But not against all belief.
    assert chosen(("A gull cried.", 0.97), ("The keeper rows the boat.", 0.7)) == "A gull cried."


def test_words_of_the_title_count() -> None:
    claims = (("The keeper rowed over the bay.", 0.9), ("The keeper came to the harbour.", 0.9))
    assert chosen(*claims) == claims[0][0]
    assert chosen(*claims, title="The Harbour") == claims[1][0]


def test_where_the_model_was_not_asked_there_is_no_choice() -> None:
    assert chosen(("A gull cried.", 0.9), ("The keeper rows the boat.", None)) is None
    assert chosen() is None


STORY = (
    "The harbour was grey that morning, and the wind came from the sea.",
    "“I will not go,” said Mara, “and the letter that Tobias wrote stays in the drawer.”",
    "Before noon Mara sold the old boat of her father to a stranger from the north.",
    "She counted the money twice, and hid it under the stove of the kitchen.",
)
SOLD = STORY[2]


def quotation(*claims: tuple[str, float | None], title: str = "") -> str:
    told = Telling(list(enumerate(STORY, 1)), title, "en").quotation(written(*claims))
    assert told is not None
    return told.text


@pytest.mark.parametrize(
    "claim",
    ["The boat is sold to a stranger.", "A stranger sells a boat to Mara's father in the north."],
)
def test_the_text_is_quoted_where_it_says_what_was_written(claim: str) -> None:
    assert quotation((claim, 0.9)) == f"“{SOLD}”"


def test_what_is_believed_more_chooses_the_quotation() -> None:
    sold, hid = "The boat is sold to a stranger.", "The money is counted by the kitchen stove."
    assert quotation((sold, 0.9), (hid, 0.5)) == f"“{SOLD}”"
    assert quotation((sold, 0.3), (hid, 0.9)) == f"“{STORY[3]}”"


def test_a_quotation_cites_its_passage_and_is_nobodys_speech() -> None:
    telling = Telling(list(enumerate(STORY, 7)), "", "en")
    spoken = telling.quotation(written(("Tobias wrote a letter to Mara.", 0.9)))
    assert spoken is not None
    assert "letter" not in spoken.text
    sold = telling.quotation(written(("The boat is sold to a stranger.", 0.9)))
    assert sold == Claim(f"“{SOLD}”", (9,))
    # Where all of a text is speech, that is better than nothing.
    only = Telling([(1, STORY[1])], "", "en").quotation(written(("Mara stays.", 0.9)))
    assert only is not None
    assert only.text.strip("‘’") == STORY[1]


def test_of_equal_quotations_one_with_a_word_of_the_title() -> None:
    assert quotation(("Nobody says a word.", 0.9), title="The Wind") == f"“{STORY[0]}”"
    assert quotation(("Nobody says a word.", 0.9), title="The Boat") == f"“{SOLD}”"


def test_of_a_text_without_sentences_there_is_no_quotation() -> None:
    assert Telling([], "", "en").quotation(written(("Mara sells the boat.", 0.9))) is None
