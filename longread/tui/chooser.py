"""Choosing words of the text, sentence by sentence or as the mouse is drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from longread.document import Document, Passage, Span
from longread.passages import sentence_spans


class Chooser:
    """What is chosen of a document: one ``span``, or None."""

    def __init__(self, document: Document, passages: Sequence[Passage]) -> None:
        self._document = document
        self._passages = passages
        self.span: Span | None = None

    def begin(self, offset: int) -> Span | None:
        """Choose the first sentence that begins at an offset or behind it."""
        sentence = self._sentence(offset)
        if sentence is not None and sentence.start < offset:
            sentence = self._neighbour(sentence, 1) or sentence
        return self.take(sentence)

    def take(self, span: Span | None) -> Span | None:
        """Choose just this."""
        self.span = span
        return span

    def let_go(self) -> Span | None:
        """Choose nothing."""
        return self.take(None)

    def step(self, direction: int) -> Span | None:
        """Choose the sentence before or behind what is chosen, in its place."""
        if self.span is None:
            return None
        from_here = self.span if direction < 0 else Span(self.span.end, self.span.end)
        return self.take(self._neighbour(from_here, direction) or self.span)

    def extend(self, direction: int) -> Span | None:
        """Choose one sentence more behind what is chosen, or the last one no more."""
        if self.span is None:
            return None
        if direction > 0:
            following = self._neighbour(Span(self.span.end, self.span.end), 1)
            return self.take(Span(self.span.start, following.end) if following else self.span)
        last = self._sentence(self.span.end - 1)
        if last is None or last.start <= self.span.start:
            return self.span
        before = self._neighbour(last, -1)
        return self.take(Span(self.span.start, before.end) if before else self.span)

    def _sentence(self, offset: int) -> Span | None:
        """The sentence that holds a character, or else the next one."""
        if not self._passages:
            return None
        index = max(0, bisect_right(self._passages, offset, key=lambda p: p.span.start) - 1)
        for passage in self._passages[index : index + 2]:
            for sentence in sentence_spans(self._document, passage):
                if offset < sentence.end:
                    return sentence
        return None

    def _neighbour(self, span: Span, direction: int) -> Span | None:
        """The sentence at or behind the end of a span, or the last one before its beginning."""
        if direction > 0:
            return self._sentence(span.end)
        at = bisect_right(self._passages, span.start - 1, key=lambda p: p.span.start) - 1
        while at >= 0:
            before = [
                sentence
                for sentence in sentence_spans(self._document, self._passages[at])
                if sentence.end <= span.start
            ]
            if before:
                return before[-1]
            at -= 1
        return None
