"""Sessions: named rows of questions and answers that follow-ups build on."""

from __future__ import annotations

import json
import shlex
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from longread.errors import SessionNotFound, UsageError
from longread.memory.faults import as_kept
from longread.memory.records import SessionRecord, Turn, now
from longread.text import one_line, sanitise

if TYPE_CHECKING:
    from longread.memory.store import Store

NAME_LENGTH = 100
"""Longest name of a session, in characters."""


class Sessions:
    """The part of a library that keeps conversations."""

    store: Store

    def add_turn(
        self, session: str, question: str, standalone_question: str, answer: dict[str, Any]
    ) -> Turn:
        """Append a question and its answer to a session, which begins where it is new.

        Raises:
            UsageError: the name is empty.
        """
        name = session_name(session)
        turn = Turn(
            session=name,
            asked=now(),
            question=sanitise(question),
            standalone_question=sanitise(standalone_question),
            answer=answer,
        )
        with self.store.writing("saving an answer") as connection:
            connection.execute("INSERT OR IGNORE INTO session VALUES (?, ?)", (name, turn.asked))
            connection.execute(
                "INSERT INTO turn (session, asked, question, standalone_question, answer) "
                "VALUES (?, ?, ?, ?, ?)",
                (
                    name,
                    turn.asked,
                    turn.question,
                    turn.standalone_question,
                    json.dumps(answer, ensure_ascii=False),
                ),
            )
        return turn

    def turns(self, session: str) -> tuple[Turn, ...]:
        """The turns of a session in their order; none for a name that is not known.

        Raises:
            LibraryDamaged: an answer cannot be understood any more.
        """
        name = session_name(session)
        rows = self.store.rows(
            "SELECT asked, question, standalone_question, answer FROM turn "
            "WHERE session = ? ORDER BY key",
            (name,),
        )
        with _as_kept(name):
            return tuple(
                Turn(name, asked, question, standalone, _answer(answer))
                for asked, question, standalone, answer in rows
            )

    def has_session(self, session: str) -> bool:
        """Whether there is a session of this name, be it damaged or not."""
        name = session_name(session)
        return self.store.row("SELECT 1 FROM session WHERE name = ?", (name,)) is not None

    def sessions(self) -> tuple[SessionRecord, ...]:
        """All sessions, the one used last first."""
        names = self.store.rows(
            "SELECT name, created FROM session LEFT JOIN turn ON turn.session = session.name "
            "GROUP BY name ORDER BY max(turn.key) DESC, name"
        )
        return tuple(_record(name, created, self.turns(name)) for name, created in names)

    def remove_session(self, session: str) -> None:
        """Remove a session with its turns.

        Raises:
            SessionNotFound: there is none of that name.
        """
        name = session_name(session)
        with self.store.writing("removing a session") as connection:
            connection.execute("DELETE FROM session WHERE name = ?", (name,))
            if not connection.changes():
                raise SessionNotFound(
                    f"There is no conversation “{name}” in the library.",
                    hint="`longread library sessions` shows what there is.",
                )
        self.store.compact()


def session_name(session: str) -> str:
    """The name as it is kept: one line, at most ``NAME_LENGTH`` characters.

    Raises:
        UsageError: nothing is left of it.
    """
    name = one_line(session, NAME_LENGTH)
    if not name:
        raise UsageError("A session needs a name.", hint="Such as --session holmes.")
    return name


def _as_kept(name: str) -> AbstractContextManager[None]:
    forget = f"`longread library forget {shlex.quote(name)}` removes it."
    return as_kept(f"The conversation “{name}”", hint=forget)


def _answer(kept: str) -> dict[str, Any]:
    answer = json.loads(kept)
    if not isinstance(answer, dict):
        raise TypeError
    return answer


def _record(name: str, created: str, turns: tuple[Turn, ...]) -> SessionRecord:
    titles: dict[str, str] = {}
    with _as_kept(name):
        for turn in turns:
            for item in (*turn.answer.get("citations", ()), *turn.answer.get("evidence", ())):
                known = titles.get(item["document_id"], "")
                titles[item["document_id"]] = known or item.get("document_title", "")
    return SessionRecord(
        name=name,
        created=created,
        asked=turns[-1].asked if turns else created,
        turns=len(turns),
        last_question=turns[-1].question if turns else "",
        documents=tuple(titles.items()),
    )
