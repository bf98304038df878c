"""The text of one PDF page from pdfium: runs with their places, fonts and visibility.

Python calls are few a word, not a character, which is what makes it fast.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pypdfium2 import PdfiumError, raw

from longread.sources.pdf_layout import CELL_GAP, Run

_BROKEN_WORD = "\ufffe"
"""pdfium's mark where a hyphen ends a line; it takes both lines for one."""

_PIECE = re.compile(rf"[^\r\n{_BROKEN_WORD}]+{_BROKEN_WORD}?")
_WORD = re.compile(r"\S+")
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|-medi$|\bCMBX", re.IGNORECASE)
_TWICE = re.compile(r"(?:(\S)\1\s*)+")
_FEWEST_TWICE = 8
_BOLD_WEIGHT = 600
MOST_OBJECTS = 3_000
"""Objects of a page that are looked at for what lies behind white text."""

_INVISIBLE_MODES = (3, 7)
_WHITE = 250


@dataclass(frozen=True, slots=True)
class PageText:
    """Runs turned so that they are read from left to right; ``aside`` are those that run in
    another direction than most. ``hidden`` counts what no reader of the page sees."""

    runs: list[Run]
    aside: list[Run]
    width: float
    hidden: int


def page_text(page: Any) -> PageText:
    """Take the text off a page.

    Raises:
        PdfiumError: the page is damaged.
    """
    text = page.get_textpage()
    bounds = page.get_bbox()
    seen = _Backdrop(page)
    shown: list[tuple[int, Run]] = []
    hidden = 0
    for turn, run, visible in _Reader(text, seen).runs():
        inside = bounds[0] - 1 <= run.right and run.left <= bounds[2] + 1
        inside = inside and bounds[1] - 1 <= run.top and run.bottom <= bounds[3] + 1
        if inside and visible and run.size >= 1:
            shown.append((turn, run))
        else:
            hidden += 1
    text.close()
    turns: Counter[int] = Counter()
    for turn, run in shown:
        turns[turn] += len(run.text)
    main = turns.most_common(1)[0][0] if turns else 0
    width = bounds[2] if main % 2 == 0 else bounds[3]
    return PageText(
        [_turned(run, main, bounds) for turn, run in shown if turn == main],
        [run for turn, run in shown if turn != main],
        width,
        hidden,
    )


def _turned(run: Run, turn: int, bounds: tuple[float, float, float, float]) -> Run:
    """A run as if the page were turned by quarters until its text is level."""
    left, bottom, right, top = bounds
    match turn:
        case 1:
            return replace(
                run, left=run.bottom, right=run.top, bottom=right - run.right, top=right - run.left
            )
        case 2:
            return replace(
                run,
                left=left + right - run.right,
                right=left + right - run.left,
                bottom=bottom + top - run.top,
                top=bottom + top - run.bottom,
            )
        case 3:
            return replace(
                run, left=top - run.top, right=top - run.bottom, bottom=run.left, top=run.right
            )
        case _:
            return run


Box = tuple[float, float, float, float]


def _once(text: str) -> str:
    """A text of which each letter is drawn twice, to look bold, with each letter once."""
    if len(text) < _FEWEST_TWICE or not _TWICE.fullmatch(text):
        return text
    return re.sub(r"(\S)\1", r"\1", text)


@dataclass(slots=True)
class _Reader:
    """Reads a pdfium text page line by line."""

    text: Any
    backdrop: _Backdrop
    _box: Any = field(default_factory=raw.FS_RECTF)
    _matrix: Any = field(default_factory=raw.FS_MATRIX)
    _name: Any = field(default_factory=lambda: ctypes.create_string_buffer(128))
    _flags: Any = field(default_factory=ctypes.c_int)
    _colour: Any = field(default_factory=lambda: [ctypes.c_uint() for _ in range(4)])

    def runs(self) -> Iterator[tuple[int, Run, bool]]:
        """Each run with its direction in quarter turns, and whether it can be seen."""
        count = raw.FPDFText_CountChars(self.text)
        if count <= 0:
            return
        # Rare characters take two units; pdfium writes them without a look at the buffer's end.
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        written = raw.FPDFText_GetText(self.text, 0, count, buffer)
        whole = bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
        for match in _PIECE.finditer(whole):
            start = raw.FPDFText_GetCharIndexFromTextIndex(self.text, match.start())
            if start >= 0:
                yield from self._line(match.group(), start)

    def _line(self, piece: str, start: int) -> Iterator[tuple[int, Run, bool]]:
        words = [
            (match, self._word_box(start + match.start(), start + match.end() - 1))
            for match in _WORD.finditer(piece.replace("\0", " "))
        ]
        if not words:
            return
        first = 0
        for index in range(1, len(words) + 1):
            if index < len(words):
                before, after = words[index - 1][1], words[index][1]
                height = max(min(before[3] - before[1], before[2] - before[0]), 1.0)
                across = after[0] - before[2]
                # The height of a font's box is some 1.1 of its size.
                if across <= CELL_GAP * height / 1.1:
                    continue
            yield self._run(piece, start, words[first:index])
            first = index

    def _word_box(self, first: int, last: int) -> Box:
        left, bottom, right, top = self._char_box(first)
        if last > first:
            other = self._char_box(last)
            left, right = min(left, other[0]), max(right, other[2])
            bottom, top = min(bottom, other[1]), max(top, other[3])
        return left, bottom, right, top

    def _char_box(self, index: int) -> Box:
        box = self._box
        if not raw.FPDFText_GetLooseCharBox(self.text, index, ctypes.byref(box)):
            return 0.0, 0.0, 0.0, 0.0
        return box.left, box.bottom, box.right, box.top

    def _run(
        self, piece: str, start: int, words: list[tuple[re.Match[str], Box]]
    ) -> tuple[int, Run, bool]:
        # Indices and small letters stand higher or lower; the longest word tells the line's.
        longest, box = max(words, key=lambda word: word[0].end() - word[0].start())
        index = start + longest.start()
        size, turn = self._size(index)
        text = piece[words[0][0].start() : words[-1][0].end()].replace(_BROKEN_WORD, "-")
        run = Run(
            _once(text.replace("\0", "")),
            min(item[0] for _, item in words),
            max(item[2] for _, item in words),
            box[1] if turn % 2 == 0 else min(item[1] for _, item in words),
            box[3] if turn % 2 == 0 else max(item[3] for _, item in words),
            size,
            self._bold(start + words[0][0].start()) and self._bold(start + words[-1][0].start()),
        )
        return turn, run, self._visible(index, run)

    def _size(self, index: int) -> tuple[float, int]:
        size = float(raw.FPDFText_GetFontSize(self.text, index))
        matrix = self._matrix
        if not raw.FPDFText_GetMatrix(self.text, index, ctypes.byref(matrix)):
            return size, 0
        turn = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        return size * math.hypot(matrix.c, matrix.d), turn

    def _bold(self, index: int) -> bool:
        length = raw.FPDFText_GetFontInfo(
            self.text, index, self._name, 128, ctypes.byref(self._flags)
        )
        if 0 < length <= 128 and _BOLD_NAME.search(self._name.raw[: length - 1]):
            return True
        return bool(raw.FPDFText_GetFontWeight(self.text, index) >= _BOLD_WEIGHT)

    def _visible(self, index: int, run: Run) -> bool:
        drawn = raw.FPDFText_GetTextObject(self.text, index)
        if drawn and raw.FPDFTextObj_GetTextRenderMode(drawn) in _INVISIBLE_MODES:
            # Text recognised in a scan lies unseen over the picture that shows it.
            return self.backdrop.has_picture()
        red, green, blue, alpha = self._colour
        references = (ctypes.byref(part) for part in self._colour)
        if not raw.FPDFText_GetFillColor(self.text, index, *references):
            return True
        if alpha.value == 0:
            return self.backdrop.has_picture()
        if min(red.value, green.value, blue.value) >= _WHITE:
            return self.backdrop.is_behind(run)
        return True


@dataclass(slots=True)
class _Backdrop:
    """What is drawn on a page besides text; looked at only where text might be unseen."""

    page: Any
    _objects: list[tuple[int, Box]] | None = None

    def has_picture(self) -> bool:
        """Whether there is any picture."""
        return any(kind != raw.FPDF_PAGEOBJ_PATH for kind, _ in self._all())

    def is_behind(self, run: Run) -> bool:
        """Whether something that is not white lies behind a run."""
        x, y = (run.left + run.right) / 2, (run.bottom + run.top) / 2
        return any(
            left <= x <= right and bottom <= y <= top
            for _, (left, bottom, right, top) in self._all()
        )

    def _all(self) -> list[tuple[int, Box]]:
        if self._objects is None:
            self._objects = []
            with suppress(PdfiumError):
                for item in islice(self.page.get_objects(max_depth=1), MOST_OBJECTS):
                    if item.type != raw.FPDF_PAGEOBJ_TEXT and not self._is_white(item):
                        self._objects.append((item.type, tuple(item.get_bounds())))
        return self._objects

    def _is_white(self, item: Any) -> bool:
        if item.type != raw.FPDF_PAGEOBJ_PATH:
            return False
        colour = [ctypes.c_uint() for _ in range(4)]
        known = raw.FPDFPageObj_GetFillColor(item, *(ctypes.byref(part) for part in colour))
        return not known or min(part.value for part in colour[:3]) >= _WHITE
