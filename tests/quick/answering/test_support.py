"""What of a passage is shown or read once more."""

from __future__ import annotations

import pytest

from longread.answering.support import excerpt
from longread.document import DocumentBuilder
from longread.passages import split_passages

SENTENCES = [
    "The boat left before dawn with four men.",
    "Nobody on the quay had seen the weather turn.",
    "By noon the keeper had lit the lamp of the harbour.",
    "His daughter counted the sails that came home.",
    "Three were missing, and so was the wind.",
]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (1, SENTENCES[2:3]),
        (12, SENTENCES[2:3]),
        (20, SENTENCES[2:4]),
        (32, SENTENCES[2:5]),
        (40, SENTENCES[1:5]),
        (500, SENTENCES),
    ],
)
def test_an_excerpt_grows_around_the_sentence_that_was_asked_for(
    words: int, expected: list[str]
) -> None:
    builder = DocumentBuilder("plain", title="Harbour", language="en")
    builder.paragraph(" ".join(SENTENCES))
    document = builder.build()
    (passage,) = split_passages(document)
    span = excerpt(document, passage, "Who lit the lamp in the harbour?", words)
    assert document.slice(span) == " ".join(expected)
