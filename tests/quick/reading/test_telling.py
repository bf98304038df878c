"""Which sentence stands for a stretch of text."""

from __future__ import annotations

from longread.memory.summaries import Claim
from longread.reading.telling import most_telling

TEXT = (
    "The keeper rowed the boat over the bay.",
    "In the bay the boat took water, and the keeper rowed on.",
    "A gull cried.",
    "The keeper brought the boat to the harbour.",
)


def chosen(*claims: tuple[str, float | None], title: str = "") -> str | None:
    told = most_telling([Claim(text, belief=b) for text, b in claims], TEXT, title, "en")
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
