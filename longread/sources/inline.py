"""The text of the paragraph that is being read, and what inline elements make of it."""

from __future__ import annotations

from longread.sources.marks import END, labels_of, mark_of, pages_of, plain, settled, unmarked
from longread.sources.tree import Element, local_name
from longread.sources.vocabulary import BLOCKS, FIGURES, RAISED, SPACES, is_note_reference

_END_CHARACTERS = 12
_QUOTES = frozenset("\"'“”„‘’‚«»‹›「『")
_FEW_PARTS = 12


class Inline:
    """Collects text piece by piece; ``take`` ends a paragraph."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._linked = 0
        self._link_starts: list[int] = []
        self._raised: list[tuple[Element, int, bool]] = []
        self._quotations: list[str] = []

    def append(self, text: str, *, keeps_lines: bool) -> None:
        """Take text of the file; white space is one blank unless ``keeps_lines``."""
        text = unmarked(text)
        self._parts.append(text if keeps_lines else SPACES.sub(" ", text))

    def is_at_start(self) -> bool:
        """Whether no word stands in the paragraph yet."""
        is_short = len(self._parts) <= _FEW_PARTS
        return is_short and not any(sign.isalnum() for part in self._parts for sign in plain(part))

    def begin_pages(self, marks: str) -> None:
        """Let printed pages begin with what comes next."""
        self._parts.append(marks)

    def begin(self, element: Element, name: str) -> None:
        """An element that is no block begins."""
        if name == "br":
            self._parts.append("\n")
        elif name == "a":
            self._link_starts.append(len(self._parts))
        if name in ("a", "sup"):
            is_note = is_note_reference(element, name, self._last_characters())
            if is_note or (name == "sup" and not self._raised):
                self._raised.append((element, len(self._parts), is_note))
        elif name == "q":
            self._begin_quotation(element)
        if mark := mark_of(element, name):
            self._parts.append(mark)

    def end(self, element: Element, name: str) -> None:
        """An element that is no block ends."""
        if mark_of(element, name):
            self._parts.append(END)
        if self._raised and self._raised[-1][0] is element:
            _, start, is_note = self._raised.pop()
            self._parts[start:] = [_raised("".join(self._parts[start:]), is_note=is_note)]
        if name == "q" and self._quotations:
            self._parts.append(self._quotations.pop())
        if name == "a" and self._link_starts:
            start = self._link_starts.pop()
            self._linked += sum(len(plain(part)) for part in self._parts[start:])

    def take(self, *, keeps_lines: bool) -> tuple[str, int]:
        """The text since the last call, with marks, and how many of its characters are links. What
        is blank is empty; pages on which nothing of it stands begin with what comes next."""
        text, waiting = settled("".join(self._parts))
        linked, self._linked = self._linked, 0
        self._parts = [waiting] if waiting else []
        self._raised.clear()
        self._link_starts = [0] * len(self._link_starts)
        if not plain(text).strip():
            return "", linked
        return (text if keeps_lines else text.strip(" \n")), linked

    def _begin_quotation(self, element: Element) -> None:
        """Put the marks around a quotation that a page shows, unless the text has marks itself."""
        inside = next((part.lstrip() for part in element.itertext("*") if part.strip()), "")
        has_marks = inside[:1] in _QUOTES or self._last_characters()[-1:] in _QUOTES
        is_inline = not any(local_name(child) in BLOCKS for child in element)
        begin, end = ("‘", "’") if len(self._quotations) % 2 else ("“", "”")
        is_bare = bool(inside) and is_inline and not has_marks
        self._parts.append(begin if is_bare else "")
        self._quotations.append(end if is_bare else "")

    def _last_characters(self) -> str:
        """The end of the text so far, as far as few pieces hold it."""
        end = "".join(plain(part)[-_END_CHARACTERS:] for part in self._parts[-_END_CHARACTERS:])
        return end[-_END_CHARACTERS:]

    def waiting(self) -> list[str]:
        """The labels of the pages that begin with what comes next."""
        return labels_of("".join(self._parts))


def _raised(text: str, *, is_note: bool) -> str:
    """Raised text on the line: a footnote's label in brackets, figures as raised figures."""
    bare = plain(text).strip()
    if is_note:
        is_label = bare and bare[0] not in "[(" and len(bare) <= 6
        return f"{pages_of(text)}[{bare}]" if is_label else text
    return pages_of(text) + plain(text).translate(RAISED) if FIGURES.fullmatch(bare) else text
