"""What the panes and the line below them make of the room that there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.widgets._toast import Toast

from longread.errors import ModelNotFound
from longread.tui.contents_pane import ContentsPane
from longread.tui.conversation_pane import ConversationPane
from longread.tui.status_line import StatusLine
from longread.tui.text_pane import TextPane
from longread.workspace import Options
from tests.quick.tui.conftest import Desk, show

Read = Callable[..., None]


def widths(desk: Desk) -> tuple[int, int, int]:
    """Of contents, text and conversation, with their borders; 0 where one is not shown."""
    contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
    panes = (contents, desk.book.query_one("#middle"), talk)
    return tuple(pane.outer_size.width if pane.display else 0 for pane in panes)  # type: ignore[return-value]


async def resize(desk: Desk, columns: int) -> None:
    await desk.pilot.resize_terminal(columns, 30)
    await desk.until(lambda: sum(widths(desk)) == columns)


@pytest.mark.parametrize("width", [100, 110, 150, 161])
def test_the_conversation_takes_no_more_room_than_there_is(
    read: Read, book: Path, width: int
) -> None:
    async def flow(desk: Desk) -> None:
        before = widths(desk)
        assert before[1] >= 40
        await desk.press(*["greater_than_sign"] * 30)
        assert widths(desk) == (28, 40, width - 68)
        assert widths(desk)[2] >= before[2]
        await desk.press("c", *["greater_than_sign"] * 30)
        assert widths(desk) == (0, 40, width - 40)
        await desk.press("c")
        assert widths(desk) == (28, 40, width - 68)
        await desk.press(*["less_than_sign"] * 40)
        assert widths(desk) == (28, width - 58, 30)

    read(flow, book, size=(width, 30))


@pytest.mark.parametrize("width", [140, 150, 161])
def test_every_press_counts_however_fast(read: Read, book: Path, width: int) -> None:
    async def flow(desk: Desk) -> None:
        before = widths(desk)[2]
        for _ in range(3):
            desk.app.post_message(events.Key("less_than_sign", "<"))
        await desk.pilot.pause()
        await desk.until(lambda: widths(desk)[2] == before - 12)

    read(flow, book, size=(width, 30))


def test_what_is_wanted_outlives_what_there_is_no_room_for(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press(*["greater_than_sign"] * 20)
        assert widths(desk) == (48, 300 - 48 - 194, 194)
        await resize(desk, 110)
        assert widths(desk) == (28, 40, 42)
        await resize(desk, 40)
        assert widths(desk) == (0, 40, 0)
        await desk.press("tab", "less_than_sign")
        assert widths(desk) == (0, 0, 40)
        await resize(desk, 300)
        assert widths(desk) == (48, 300 - 48 - 194, 194)
        await desk.press("escape", "z")
        assert widths(desk) == (0, 300, 0)
        assert desk.book.query_one(TextPane).has_focus
        await desk.press("z")
        assert widths(desk) == (48, 300 - 48 - 194, 194)

    read(flow, book, size=(300, 30))


@pytest.mark.parametrize("width", [60, 80, 110])
@pytest.mark.parametrize(
    ("endpoint", "said"),
    [("", "offline"), ("http://gpu.example:8000/v1", "questions go to http://gpu.example:8000/v1")],
)
def test_what_leaves_the_machine_is_said_however_little_room_there_is(
    book: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str, said: str, width: int
) -> None:
    def missing(self: object) -> None:
        raise ModelNotFound("No model is installed.", hint="`longread models pull`.")

    monkeypatch.setattr("longread.workspace.Workspace._open_model", missing)

    async def flow(desk: Desk) -> None:
        await desk.until(lambda: "no model" in desk.status or bool(endpoint))
        shown = desk.text(desk.book.query_one(StatusLine))
        assert (said if width >= 80 else said[:20]) in shown
        assert "1. The Quay" in shown
        assert "  ·  up to here: " in shown

    show(flow, book, Options(endpoint=endpoint, embedder="none"), (width, 30))


def test_a_long_report_on_reading_is_cut_first_and_at_a_comma(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        status = desk.book.query_one(StatusLine)
        await desk.until(lambda: "read by the model" in desk.status)
        status.say(reading="reading 45%, 12 minutes left, 130 tokens/s, 1.2 GB kept of it")
        await desk.pilot.pause()
        parts = [part.strip() for part in desk.text(status).split("  ·  ")]
        assert parts[2:] == ["reading 45%, 12 minutes left", "scripted", "offline"]
        await resize(desk, 82)
        await desk.until(lambda: "reading 45%  ·  scripted" in desk.text(status))
        await resize(desk, 160)
        await desk.until(lambda: "1.2 GB kept of it  ·  scripted" in desk.text(status))

    read(flow, book, size=(100, 30))


@pytest.mark.parametrize(("width", "reads"), [(120, True), (100, True), (60, False)])
def test_a_long_place_is_cut_before_its_share_or_what_the_model_does(
    read: Read, book: Path, width: int, reads: bool
) -> None:
    async def flow(desk: Desk) -> None:
        status = desk.book.query_one(StatusLine)
        await desk.until(lambda: "read by the model" in desk.status)
        place = "p. 49, Package maintainer scripts and installation procedure › Introduction"
        status.say(place=place, share="34%", reading="reading 45%, 12 minutes left")
        await desk.pilot.pause()
        shown = desk.text(status)
        assert "p. 49, Pack" in shown
        assert "…  34%" in shown
        assert ("reading 45%" in shown) is reads
        assert shown.endswith("offline")

    read(flow, book, size=(width, 30))


def test_panes_at_every_size(read: Read, book: Path) -> None:
    async def wide(desk: Desk) -> None:
        contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
        await desk.press("c")
        assert not contents.display
        await desk.press("c", "C")
        assert contents.display
        assert not talk.display
        await desk.press("a")
        assert talk.display
        await desk.press("escape")
        before = talk.size.width
        await desk.press("greater_than_sign")
        assert talk.size.width == before + 4
        await desk.press("z")
        assert not talk.display
        assert desk.book.query_one(TextPane).size.width > 120
        await desk.press("z")
        assert talk.display

    async def narrow(desk: Desk) -> None:
        contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
        assert not contents.display
        assert not talk.display
        await desk.press("tab")
        assert talk.display
        await desk.press("escape")
        assert not talk.display
        assert desk.book.query_one(TextPane).has_focus

    read(wide, book)
    read(narrow, book, size=(80, 24))
    read(narrow, book, size=(60, 20))


@pytest.mark.parametrize("width", [60, 80])
def test_a_pane_that_comes_back_reminds_of_as_much_as_before(
    read: Read, book: Path, width: int
) -> None:
    async def flow(desk: Desk) -> None:
        assert "v choose · m mark" in desk.text()
        await desk.press("a", "escape")
        await desk.until(lambda: "v choose · m mark" in desk.text())
        await desk.press("a", "escape", "tab")
        await desk.until(lambda: "r again · x export" in desk.text())

    read(flow, book, size=(width, 24))


def test_a_smaller_conversation_and_one_pane_alone(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        talk = desk.book.query_one(ConversationPane)
        before = talk.size.width
        await desk.press("less_than_sign")
        assert talk.size.width == before - 4
        await desk.press("tab", "escape", "tab", "shift+tab")
        await desk.press("escape")

    read(flow, book)


@pytest.mark.parametrize("key", ["z", "<", ">"])
def test_where_one_pane_is_shown_at_a_time_it_is_said_that_there_is_none_to_change(
    read: Read, book: Path, key: str
) -> None:
    async def flow(desk: Desk) -> None:
        before = widths(desk)
        await resize(desk, 80)
        await desk.press(key)
        assert "one pane is shown at a time" in " ".join(desk.text().replace("▌", "").split())
        await resize(desk, 140)
        assert widths(desk) == before

    read(flow, book)


@pytest.mark.parametrize(
    ("width", "said"),
    [(120, "▼ Chapter 1. How the Old …"), (200, "▼ Chapter 1. How the Old Lamp of the …")],
)
def test_the_contents_take_room_that_nothing_else_needs_and_show_where_a_title_is_cut(
    read: Read, tmp_path: Path, width: int, said: str
) -> None:
    lamps = tmp_path / "lamps.md"
    title = "How the Old Lamp of the Quay Was Lit"
    lamps.write_text(
        "\n".join(f"## Chapter {n}. {title}\n\n### Night\n\nIt burned.\n" for n in range(1, 5)),
        "utf-8",
    )

    async def flow(desk: Desk) -> None:
        assert widths(desk)[0] == (28 if width == 120 else 40)
        shown = desk.text(desk.book.query_one(ContentsPane))
        assert said in shown
        assert "└ Night" in shown

    read(flow, lamps, size=(width, 30))


def test_the_contents_of_a_manual_unfold_where_it_is_read(read: Read, tmp_path: Path) -> None:
    """So many sections are folded at first; what was unfolded by reading folds again behind it."""
    lines = []
    for chapter in range(1, 31):
        lines.append(f"# Chapter {chapter}\n")
        for section in ("one", "two", "three"):
            lines.append(f"## Section {chapter} {section}\n\n" + "Words of a manual. " * 60 + "\n")
    manual = tmp_path / "manual.md"
    manual.write_text("\n".join(lines), "utf-8")

    async def flow(desk: Desk) -> None:
        contents = desk.book.query_one(ContentsPane)

        def here() -> str:
            node = contents.cursor_node
            return str(node.label) if node is not None else ""

        await desk.press("l", "space", "space")
        await desk.until(lambda: here() == "Section 2 three")
        assert "Section 2 one" in desk.text(contents)
        await desk.press("l", "l", "l", "space")
        await desk.until(lambda: here().startswith("Section 5"))
        assert "Section 2 one" not in desk.text(contents)
        await desk.press("shift+tab", "home", "enter")
        await desk.press("ctrl+o")
        await desk.until(lambda: here().startswith("Section 5"))

    read(flow, manual)


@pytest.mark.parametrize("width", [40, 60, 140])
def test_what_is_said_in_passing_is_shown_whole_and_does_not_pile_up(
    read: Read, book: Path, width: int
) -> None:
    async def flow(desk: Desk) -> None:
        def shown() -> str:
            return " ".join(
                " ".join(desk.text(toast).replace("▌", "").split())
                for toast in desk.app.screen.query(Toast)
            )

        words = " ".join(f"word{number}" for number in range(20))
        desk.app.tell("An earlier one.")
        await desk.until(lambda: "An earlier one." in shown())
        desk.app.tell(words)
        await desk.until(lambda: shown() == words)
        desk.app.tell("It failed.", error=True)
        await desk.until(lambda: shown() == f"{words} It failed.")
        desk.app.tell("A later one.")
        await desk.until(lambda: shown() == f"{words} It failed. A later one.")

    read(flow, book, size=(width, 24))
