"""What the model says on some evidence, checked while it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from longread.answering.check import AnswerChecker
from longread.answering.declining import declines, may_decline
from longread.engine.protocol import Chunk, Message, Model, Sampling


@dataclass(slots=True)
class Reply:
    """One reply to a question. ``last`` is the final chunk, once it is written."""

    checker: AnswerChecker
    last: Chunk = field(default_factory=lambda: Chunk(""))
    _pieces: list[str] = field(default_factory=list)
    _answers: bool = False

    def write(self, model: Model, prompt: Sequence[Message], sampling: Sampling) -> Iterator[str]:
        """Let the model write it; yields pieces that may be shown."""
        for chunk in model.reply(prompt, sampling):
            self.last = chunk
            for piece in self.checker.feed(chunk.text):
                self._pieces.append(piece)
                yield piece
        for piece in self.checker.finish():
            self._pieces.append(piece)
            yield piece

    @property
    def text(self) -> str:
        """The checked text."""
        return "".join(self._pieces).strip()

    @property
    def declined(self) -> bool:
        """Whether the model found no answer."""
        return declines(self.text, self.checker.sentences, self.checker.question)

    @property
    def may_decline(self) -> bool:
        """Whether it may still turn out, from what is written so far, that there is no answer."""
        if not self._answers:
            self._answers = not may_decline("".join(self._pieces))
        return not self._answers

    @property
    def said(self) -> str:
        """The sentences without their citations."""
        return " ".join(sentence.text for sentence in self.checker.sentences)
