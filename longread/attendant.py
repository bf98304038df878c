"""Waits on a reader at a screen: opens documents, answers, and reads on behind the scenes.

Everything that takes time runs on threads of its own, and the heavy part of it in the engine's
process; what happens is told as news. One question is answered at a time, before any reading.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING

from longread.closing import Closing
from longread.desk import Desk
from longread.errors import Cancelled, EngineCrashed, LibraryBusy, LibraryError, LongreadError
from longread.reading.pass_state import PassState
from longread.stopping import never
from longread.structure import is_story
from longread.workspace import Options, Workspace

if TYPE_CHECKING:
    from longread.answering.about import About
    from longread.answering.answer import Event
    from longread.answering.evidence import Candidate
    from longread.answering.support import Citation
    from longread.answering.texts import UpTo
    from longread.config import Paths
    from longread.document import Document
    from longread.engine.catalogue import ModelEntry
    from longread.engine.protocol import ModelInfo
    from longread.memory.bookmarks import ReadingPlace
    from longread.memory.library import Library
    from longread.memory.records import DocumentRecord

BUSY_SECONDS = 5.0
"""How long reading waits before it tries again, where another process reads."""

MOST_CRASHES = 3
"""So often in a row is reading begun again after the engine crashed."""

CLOSING_SECONDS = 20.0
"""How long closing waits for what was read to be committed."""

_NEWS_SECONDS = 0.2
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks about one document. ``upto`` is the offset behind which nothing takes
    part; ``session`` the conversation that it belongs to."""

    document_id: str
    text: str
    session: str = ""
    upto: int | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A stage, a piece, or the whole of the answer to the question of this number."""

    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class Stopped:
    """A question has no answer: it was stopped, or ``error`` says why."""

    number: int
    error: LongreadError | None = None


@dataclass(frozen=True, slots=True)
class ReadingNews:
    """How far the model is with a document. ``doing`` says what it does in a few words, and
    why where it does nothing; ``share`` is what is done of it, of 1."""

    document_id: str
    doing: str
    share: float = 0.0
    detail: str = ""
    seconds_left: float = 0.0
    finished: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ModelNews:
    """The model that answers now; None where none is there, with the reason."""

    info: ModelInfo | None
    reason: str = ""


News = Said | Stopped | ReadingNews | ModelNews
"""What an attendant tells."""


@dataclass(slots=True)
class _Pass:
    """A reading pass, the thread of the one before it, and the flag that ends it."""

    document_id: str
    before: threading.Thread | None
    thread: threading.Thread | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def goes_on_with(self, document_id: str) -> bool:
        """Whether it reads this document; one that was stopped may still commit what it read."""
        return self.document_id == document_id and not self.stop.is_set()


class Attendant(Closing):
    """One reader's helper. ``tell`` gets the news, from any thread."""

    def __init__(self, options: Options, tell: Callable[[News], None]) -> None:
        self._workspace = Workspace(options)
        self._tell = tell
        self._numbers = count(1)
        self._stopped: set[int] = set()
        self._asked: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        # A model takes long to load: who needs only the library does not wait for it. Where both
        # are held, the model's comes first.
        self._loading = threading.RLock()
        self._opening = threading.RLock()
        self._pass: _Pass | None = None
        self._closed = False
        # The program can end while a server still owes an answer.
        threading.Thread(target=self._answer_all, name="answering", daemon=True).start()

    @property
    def paths(self) -> Paths:
        """The folders that everything is in."""
        return self._workspace.paths

    @property
    def library(self) -> Library:
        """The library, as threads of work see it."""
        with self._opening:
            return self._workspace.library

    @property
    def endpoint(self) -> str:
        """The server that questions go to; empty where they stay on this machine."""
        return self._workspace.endpoint

    @property
    def model_name(self) -> str:
        """The model that answers, be it there or not; empty where there is none."""
        return self._workspace.model_name

    def close(self) -> None:
        """Stop what runs, commit what was read, and let go of the model."""
        if self._closed:
            return
        self._closed = True
        self.stop_reading(wait=True)
        self._asked.put(None)
        with self._loading, self._opening:
            self._workspace.close()

    def add(
        self,
        name: str,
        *,
        password: str | None = None,
        ocr: bool = False,
        on_stage: Callable[[str], None],
        stop: Callable[[], bool] = never,
    ) -> DocumentRecord:
        """A document by path, title or id, read into the library where it is new; it blocks.

        Raises:
            SourceError: the file could not become a document.
            DocumentNotFound: there is no such file, title or id.
            Cancelled: ``stop`` said so while a file was read.
        """
        self.library  # noqa: B018 - opened under its lock
        return self._workspace.add(name, password=password, ocr=ocr, on_stage=on_stage, stop=stop)

    def search(
        self, document_ids: list[str], query: str, limit: int, upto: int | None = None
    ) -> list[tuple[Candidate, Citation]]:
        """Passages for a query by words and meaning, best first; it blocks."""
        return self._search(document_ids, query, limit, "" if upto is None else upto)

    def search_library(
        self, query: str, limit: int, ends: Mapping[str, int | None]
    ) -> list[tuple[Candidate, Citation]]:
        """Passages of the library for a query, best first; it blocks. Of a book that is read up
        to a place, only those before it: ``ends`` has these offsets by id, None for the whole of
        a book, and what was kept of the reader says it of all others."""
        library = self.library
        ids = [record.id for record in library.current_documents()]
        upto = {document_id: end for document_id, end in ends.items() if end is not None}
        for document_id, place in library.places().items():
            asked = document_id in ids and document_id not in ends
            if asked and is_upto(place, library.document(document_id)):
                upto[document_id] = place.furthest
        return self._search(ids, query, limit, upto)

    def _search(
        self, document_ids: list[str], query: str, limit: int, upto: UpTo
    ) -> list[tuple[Candidate, Citation]]:
        with self._opening:
            self._workspace.embedder()
        return Desk(self._workspace, document_ids, upto=upto).search(query, limit)

    def ask(self, question: Question) -> int:
        """Take a question; its answer comes as ``Said`` news under the number returned."""
        number = next(self._numbers)
        self._asked.put(partial(self._answer, number, question))
        return number

    def stop(self, number: int) -> None:
        """Stop answering a question. That is told at once, and the next one is begun after the
        step that is under way."""
        self._stopped.add(number)
        self._tell(Stopped(number))

    def read(self, document_id: str, *, with_notes: bool = True) -> None:
        """Let the model read a document from where it was left, in place of another one."""
        before = self._pass
        if self.reads and before is not None and before.goes_on_with(document_id):
            return
        self.stop_reading()
        self._pass = begun = _Pass(document_id, before.thread if before is not None else None)
        begun.thread = threading.Thread(
            target=self._read, args=(begun, with_notes), name="reading", daemon=True
        )
        begun.thread.start()

    def stop_reading(self, *, wait: bool = False) -> None:
        """End the reading pass; what was read is committed, for which ``wait`` waits."""
        if self._pass is not None:
            self._pass.stop.set()
            if wait and self._pass.thread is not None:
                self._pass.thread.join(CLOSING_SECONDS)

    @property
    def reads(self) -> bool:
        """Whether a pass runs."""
        thread = self._pass.thread if self._pass is not None else None
        return thread is not None and thread.is_alive()

    def change_model(self, entry: ModelEntry, is_cancelled: Callable[[], bool] = never) -> None:
        """Use another installed model from now on; it blocks while a question is answered, unless
        ``is_cancelled`` says that nobody waits for it any more.

        Raises:
            ModelNotFound: it is not installed.
            OSError: the choice cannot be kept.
            Cancelled: nobody waits; it is used once the question is answered.
        """
        from longread.engine.installed import model_path, use

        model_path(entry.id, self.paths)
        use(entry.id, self.paths)
        # What the program was started with names another model, or a server.
        options = replace(self._workspace.options, model=entry.id, endpoint="")
        self.stop_reading(wait=True)
        changed: Future[None] = Future()
        self._asked.put(partial(self._change, options, changed))
        while not changed.done():
            if is_cancelled():
                raise Cancelled(f"Nobody waits for {entry.id} any more.")
            wait([changed], timeout=_LOOK_SECONDS)
        changed.result()

    def _change(self, options: Options, changed: Future[None]) -> None:
        try:
            with self._loading, self._opening:
                self._workspace.change(options)
        except Exception as error:
            changed.set_exception(error)
        else:
            changed.set_result(None)

    def _answer_all(self) -> None:
        """Answer one question after the other, until the program ends."""
        while (work := self._asked.get()) is not None:
            work()

    def _ready(self) -> None:
        """Open what answering needs, once, whichever thread comes first.

        Raises:
            ModelError: the model cannot be used.
        """
        with self._loading:
            workspace = self._workspace
            info = workspace.model.info
            with self._opening:
                # Where the disk does not let it, questions are answered all the same.
                with suppress(LibraryError):
                    workspace.blocks()
                workspace.embedder()
        self._tell(ModelNews(info))

    def _answer(self, number: int, question: Question) -> None:
        from longread.answering.answer import Answer, Stage

        def stopped() -> bool:
            return self._closed or number in self._stopped

        def end(error: LongreadError | None = None) -> None:
            if not stopped():
                self._tell(Stopped(number, error))

        if stopped():
            return
        try:
            ids, session = [question.document_id], question.session
            upto = "" if question.upto is None else question.upto
            desk = Desk(self._workspace, ids, session=session, upto=upto)
            known = None
            if question.about is None:
                # The contents stand beside the text, whatever of it is read.
                whole = Desk(self._workspace, ids, session=session)
                known = whole.of_contents(question.text) or desk.at_once(question.text)
            if known is not None:
                self._tell(Said(number, known))
                return
            self._tell(Said(number, Stage("loading the model")))
            self._ready()
            with closing(desk.ask(question.text, about=question.about)) as events:
                answered = False
                for event in events:
                    if stopped():
                        break
                    self._tell(Said(number, event))
                    answered = answered or isinstance(event, Answer)
            if not answered:
                end()
        except LongreadError as error:
            end(error)
        except Exception as error:
            # What nobody foresaw must not end the only thread that answers.
            end(LongreadError(f"It failed: {error}.", hint="Ask again."))

    def _read(self, begun: _Pass, with_notes: bool) -> None:
        document_id, crashes = begun.document_id, 0
        if begun.before is not None:
            begun.before.join()
        while not begun.stop.is_set():
            try:
                self._read_through(begun, with_notes)
            except LibraryBusy as error:
                self._tell(ReadingNews(document_id, error.message))
                begun.stop.wait(BUSY_SECONDS)
            except EngineCrashed as error:
                crashes += 1
                if crashes >= MOST_CRASHES:
                    self._tell(ReadingNews(document_id, error.message, failed=True))
                    return
                self._tell(ReadingNews(document_id, "The model is started again"))
                begun.stop.wait(1.0)
            except LongreadError as error:
                self._tell(ReadingNews(document_id, str(error), failed=True))
                return
            except Exception as error:
                # What nobody foresaw must not end the thread without a word.
                self._tell(ReadingNews(document_id, f"It failed: {error}.", failed=True))
                return
            else:
                return

    def _read_through(self, begun: _Pass, with_notes: bool) -> None:
        document_id = begun.document_id
        desk = Desk(self._workspace, [document_id])
        desk.continue_in_background()
        self._tell(ReadingNews(document_id, "loading the model"))
        with self._loading:
            why_not = self._workspace.why_no_reading()
            has_model = self._workspace.has_model()
        if has_model:
            self._ready()
        else:
            self._tell(ModelNews(None, why_not))
        # A model that keeps nothing of what it reads can still write, if it costs no one else.
        if not has_model or self.endpoint or (why_not and not with_notes):
            self._tell(ReadingNews(document_id, why_not))
            return
        state, last = PassState(), 0.0
        with closing(desk.read(with_notes=with_notes)) as passes:
            for about, news in passes:
                state.take(about, news)
                if begun.stop.is_set():
                    return
                if time.monotonic() - last >= _NEWS_SECONDS:
                    last = time.monotonic()
                    self._tell(_news(document_id, state))
        self._tell(ReadingNews(document_id, "read", 1.0, state.kept, finished=True))


def is_upto(place: ReadingPlace, document: Document) -> bool:
    """Whether what is behind a reader's place is kept out of a document: as the reader has
    decided, or else where it looks like a story."""
    return is_story(document) if place.upto is None else place.upto


def _news(document_id: str, state: PassState) -> ReadingNews:
    done, total, detail = state.amount
    return ReadingNews(
        document_id, state.doing, done / total if total else 0.0, detail, state.seconds_left
    )
