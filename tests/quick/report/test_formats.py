from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from longread.memory.summaries import Claim
from longread.report.formats import Format, write
from longread.report.markdown import plain_lines
from longread.report.outline import Entry, Length, Outline


@pytest.mark.parametrize("said", ["# Buy now.", "## Buy now", "---", "- - -", "===", "# "])
def test_no_sentence_is_a_heading_or_a_rule(said: str) -> None:
    entries = (
        Entry(0, "Tide", 1, 2, "¶ 1", (Claim(said, (1,)), Claim(said, (1,)))),
        Entry(2, "Tide", 1, 2, "¶ 1", (Claim(said, (1,)),)),
    )
    written = write(Outline("d", "Tide", "", Length.FULL, entries), Format.MARKDOWN)
    tokens = MarkdownIt().parse(written)
    assert [token.type for token in tokens if token.type in ("heading_open", "hr")] == [
        "heading_open"
    ]


@pytest.mark.parametrize("line", ["-", "--", "===", "# So", "- - -"])
def test_no_line_makes_a_heading_or_a_rule(line: str) -> None:
    tokens = MarkdownIt().parse(plain_lines(f"It was so.\n{line}"))
    assert not {token.type for token in tokens} & {"heading_open", "hr"}
