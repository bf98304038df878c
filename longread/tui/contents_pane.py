"""The contents of a book, with the section that is being read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from longread.document import Document

_OPEN_SECTIONS = 80


class ContentsPane(Tree[int]):
    """Sections by their indices in the document."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", id="contents.down", show=False),
        Binding("k", "cursor_up", "Up", id="contents.up", show=False),
    ]
    DEFAULT_CSS = """
    ContentsPane {
        height: 1fr; background: $background;
        scrollbar-size-vertical: 1; overflow-x: hidden;
    }
    """

    class Opened(Message):
        """A section is wanted in the text."""

        def __init__(self, section: int) -> None:
            super().__init__()
            self.section = section

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("Contents", id=id)
        self.border_title = "Contents"
        self.show_root = False
        self.guide_depth = 2
        self._by_section: dict[int, TreeNode[int]] = {}
        self._unfolded: list[TreeNode[int]] = []

    @property
    def chosen(self) -> int | None:
        """The section under the cursor."""
        return self.cursor_node.data if self.cursor_node is not None else None

    def open(self, document: Document) -> None:
        """Show a document's sections."""
        self.clear()
        self._by_section.clear()
        self._unfolded.clear()
        opened = len(document.sections) <= _OPEN_SECTIONS
        has_parts = {section.parent for section in document.sections}
        for index, section in enumerate(document.sections):
            above = self.root if section.parent is None else self._by_section.get(section.parent)
            label = Text(section.title or "…")
            self._by_section[index] = (above or self.root).add(
                label, data=index, expand=opened, allow_expand=index in has_parts
            )

    def follow(self, section: int) -> None:
        """Put the cursor on the section that is being read, unless it is moved by hand. What it
        stands in is unfolded as long as it is read."""
        node = self._by_section.get(section)
        if node is None or self.has_focus or node is self.cursor_node:
            return
        above = list(self._around(node))
        for one in self._unfolded:
            if one not in above:
                one.collapse()
        folded = [one for one in above if not one.is_expanded]
        for one in folded:
            one.expand()
        self._unfolded = [one for one in self._unfolded if one in above] + folded
        # What was folded or unfolded has its rows with the next refresh.
        self.call_after_refresh(self._go_to, node)

    def render_label(self, node: TreeNode[int], base_style: Style, style: Style) -> Text:
        """A section's title, with a sign where it is longer than there is room for."""
        label = super().render_label(node, base_style, style)
        room = self.scrollable_content_region.width
        if room:
            guides = self.guide_depth * sum(1 for _ in self._around(node))
            label.truncate(max(1, room - guides), overflow="ellipsis")
        return label

    def _around(self, node: TreeNode[int]) -> Iterator[TreeNode[int]]:
        """The sections that one stands in, from the inside out."""
        around = node.parent
        while around is not None and around is not self.root:
            yield around
            around = around.parent

    def _go_to(self, node: TreeNode[int]) -> None:
        self.move_cursor(node)
        self.scroll_to_node(node, animate=False)

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[int]) -> None:
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Opened(event.node.data))
