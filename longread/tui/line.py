"""The line that is typed in, wherever there is one."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class Line(Input):
    """Takes what is pasted whole: several lines are joined, where Textual keeps the first."""

    def on_paste(self, event: events.Paste) -> None:
        """Take several lines as one."""
        if len(event.text.splitlines()) > 1:
            event.prevent_default()
            event.stop()
            self.replace(" ".join(event.text.split()), *self.selection)
