"""Sessions: named rows of questions and answers that follow-ups build on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from longread.errors import UsageError
from longread.memory.records import SessionRecord, Turn, now
from longread.memory.store import as_kept
from longread.text import one_line, sanitise

if TYPE_CHECKING:
    from longread.memory.store import Store

NAME_LENGTH = 100
"""Longest name of a session, in characters."""


def add_turn(
    store: Store, session: str, question: str, standalone_question: str, answer: dict[str, Any]
) -> Turn:
    """Append a turn; a session that does not exist yet begins with it.

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
    with store.writing("saving an answer") as connection:
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


def turns(store: Store, session: str) -> tuple[Turn, ...]:
    """The turns of a session in their order; none for a name that is not known."""
    rows = store.rows(
        "SELECT session, asked, question, standalone_question, answer FROM turn "
        "WHERE session = ? ORDER BY key",
        (session_name(session),),
    )
    with as_kept("A session"):
        return tuple(
            Turn(name, asked, question, standalone, json.loads(answer))
            for name, asked, question, standalone, answer in rows
        )


def sessions(store: Store) -> tuple[SessionRecord, ...]:
    """All sessions, the one used last first."""
    rows = store.rows(
        "SELECT name, created, count(turn.key), max(turn.key), question FROM session "
        "LEFT JOIN turn ON turn.session = session.name GROUP BY name ORDER BY 4 DESC, name"
    )
    return tuple(
        SessionRecord(name, created, count, question or "")
        for name, created, count, _, question in rows
    )


def remove_session(store: Store, session: str) -> bool:
    """Remove a session with its turns; False where there is none of that name."""
    with store.writing("removing a session") as connection:
        connection.execute("DELETE FROM session WHERE name = ?", (session_name(session),))
        return connection.changes() > 0


def session_name(session: str) -> str:
    """The name as it is kept: one line, at most ``NAME_LENGTH`` characters.

    Raises:
        UsageError: nothing is left of it.
    """
    name = one_line(session, NAME_LENGTH)
    if not name:
        raise UsageError("A session needs a name.", hint="Such as --session holmes.")
    return name
