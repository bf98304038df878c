"""Questions whose answers are still to come, whatever book is on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from longread.answering.answer import Answer, AnswerText
from longread.attendant import Said, Stopped

if TYPE_CHECKING:
    from longread.attendant import Question


@dataclass(slots=True)
class Coming:
    """A question with what came of its answer so far, or else the stage that it is in."""

    question: Question
    stage: str
    text: str = ""


class Owed:
    """The questions that are owed an answer, by their numbers."""

    def __init__(self) -> None:
        self._coming: dict[int, Coming] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._coming

    def __getitem__(self, number: int) -> Coming:
        return self._coming[number]

    def about(self, document_id: str) -> dict[int, Coming]:
        """Those about one document."""
        return {
            number: coming
            for number, coming in self._coming.items()
            if coming.question.document_id == document_id
        }

    def add(self, number: int, question: Question) -> None:
        """One was asked."""
        self._coming[number] = Coming(question, "waiting" if self._coming else "looking up")

    def take(self, news: Said | Stopped) -> None:
        """Something came; with the whole answer, or where there is none, nothing is owed."""
        coming = self._coming.get(news.number)
        if coming is None:
            return
        if isinstance(news, Stopped) or isinstance(news.event, Answer):
            del self._coming[news.number]
        elif isinstance(news.event, AnswerText):
            coming.text += news.event.text
        else:
            coming.stage = news.event.name
