"""Answers in the conversation, and what they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.tui.conversation_pane import ConversationPane
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk
from tests.quick.tui.test_book import cited

Read = Callable[..., None]


def test_a_citation_opened_from_one_pane_alone_gives_the_text_the_focus(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback = cited("maroon car")

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        await desk.press("z")
        assert not desk.book.query_one("#middle").display
        await desk.press("1")
        text = desk.book.query_one(TextPane)
        assert "▌ In the end the maroon car" in desk.text(text)
        before = text.position
        await desk.press("k")
        assert text.position < before

    read(flow, book)


def test_what_is_not_supported_has_the_numbers_of_the_answer(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    def reply(messages: Sequence[Message]) -> str:
        found = re.search(r"\[(\d+)\]", cited("maroon car")(messages))
        return f"A green elephant sang in Paris. [{found[1]}]" if found else "Not found."

    model.fallback = reply

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "Not supported" in desk.text(conversation))
        view = conversation.views[-1]
        assert view.exchange is not None
        assert view.exchange.citations[0].label != "1"
        shown = " ".join(desk.text(conversation).replace("│", " ").split())
        assert "Not supported by the passages: A green elephant sang in Paris. [1]" in shown

    read(flow, book)
