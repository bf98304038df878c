from __future__ import annotations

import re

from longread.report.conversation import as_markdown, exchange


def test_a_conversation_as_markdown() -> None:
    answer = {
        "question": "Who\nis it?",
        "answer": "Mara. [3]",
        "declined": False,
        "citations": [
            {
                "label": "3",
                "document_id": "d",
                "place": "1. The Quay ¶ 2",
                "span": {"start": 4, "end": 9},
                "quote": "“I am,” she said.",
            }
        ],
        "evidence": [{"document_id": "d", "span": {"start": 0, "end": 9}}],
        "sentences": [{"text": "Mara.", "supported": False}],
        "route": "detail",
        "seconds": {"total": 1.5},
    }
    said = exchange(answer)
    assert said.unsupported == ("Mara.",)
    assert said.evidence[0][1].end == 9
    # A session from before answers could be doubtful does not say.
    assert not said.doubtful
    doubted = as_markdown("The Boat", [exchange(answer | {"doubtful": True})])
    assert "\nMara. [3]\n\nNot certain: the passages may not answer this.\n\nEvidence" in doubted
    nothing = exchange(answer | {"answer": "Not found in the text", "declined": True})
    assert as_markdown("The Boat", [said, nothing]) == (
        "# Questions about The Boat\n\n## Who is it?\n\nMara. [3]\n\nEvidence:\n\n"
        "- [3] 1. The Quay ¶ 2: ‘“I am,” she said.’\n\n## Who is it?\n\nNot found in the text\n\n"
        "Nearest passages:\n\n- [3] 1. The Quay ¶ 2: ‘“I am,” she said.’\n"
    )


def test_nothing_that_was_said_or_read_becomes_markup() -> None:
    evil = "![logo](https://evil.example/x.png) <img src=x> [go](https://evil.example) [1](x)"
    answer = {
        "question": evil,
        "answer": f"# A heading\n{evil} Mara. [3]\n- a line of a list\n---\nAB [B12]",
        "declined": False,
        "citations": [
            {
                "label": "3",
                "document_id": "d",
                "place": evil,
                "span": {"start": 4, "end": 9},
                "quote": evil,
            }
        ],
        "evidence": [],
        "sentences": [],
    }
    written = as_markdown(evil, [exchange(answer)], [(evil, evil, evil)])
    assert "Mara. [3]\n- a line of a list\n\\---\nAB [B12]\n" in written
    assert "\\# A heading" in written
    assert not re.search(r"(?<!\\)\](?:\(|\[|:)", written)
    assert not re.search(r"(?<!\\)<", written)
