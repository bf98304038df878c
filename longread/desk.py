"""A reader's desk: chosen documents, a conversation kept in the library, and an Asker.

Meaning never holds up an answer: vectors that are there are used, vectors that are few
are computed at once, and the rest is computed after the answer by a background process.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import replace

from longread.answering.about import About
from longread.answering.answer import Answer, Event, Route
from longread.answering.asker import Asker
from longread.answering.at_once import answer_at_once
from longread.answering.counting import is_of_contents
from longread.answering.evidence import Candidate
from longread.answering.follow_up import stands_alone
from longread.answering.lookup import LOOKED_UP, look_up, with_cut_passages
from longread.answering.ranking import Ranker
from longread.answering.recall import Recall
from longread.answering.support import Citation, nearest
from longread.answering.texts import Texts, UpTo
from longread.config import EVIDENCE_TOKENS, Paths
from longread.engine.protocol import StreamingModel, as_streaming
from longread.errors import LibraryError
from longread.memory import locks
from longread.memory.background import start_embedding
from longread.memory.blocks import BlockMemory
from longread.memory.courtesy import asking, somebody_asks
from longread.memory.meaning import Embedder, embed_document
from longread.reading.note_writer import NoteWriter
from longread.reading.pass_state import News
from longread.reading.study import study
from longread.text import squeeze
from longread.workspace import Workspace

PASSAGES_EMBEDDED_AT_ONCE = 24
"""So many missing vectors take about two seconds; more are left to the background."""


def alone_reading(paths: Paths) -> AbstractContextManager[None]:
    """Keeps other processes from reading with a model meanwhile.

    Raises:
        LibraryBusy: another process reads.
    """
    place = paths.data / "reading.lock"
    return locks.hold(place, "reading with a model", wait_seconds=0)


class Desk:
    """Asks and searches over documents of a workspace. ``session`` names a conversation
    that is continued and kept; an empty one keeps nothing. With ``fast``, no passage whose
    block is kept is read again. ``upto`` is how far the reader has read the texts: nothing behind
    it takes part."""

    def __init__(
        self,
        workspace: Workspace,
        document_ids: Sequence[str],
        evidence_tokens: int = EVIDENCE_TOKENS,
        session: str = "",
        *,
        fast: bool = False,
        upto: UpTo = "",
    ) -> None:
        self._workspace = workspace
        self._document_ids = list(document_ids)
        self._upto = upto
        self._opened: Texts | None = None
        self._evidence_tokens = evidence_tokens
        self._session = session
        self._fast = fast
        self._asker: Asker | None = None

    @property
    def asker(self) -> Asker:
        """Answers questions over the desk's documents; loads the model."""
        if self._asker is None:
            self._asker = Asker(
                self._workspace.library,
                self._workspace.model,
                self.texts,
                self._ready_embedder(),
                self._evidence_tokens,
                recall=self._recall(),
            )
        return self._asker

    @property
    def texts(self) -> Texts:
        """The desk's documents, as far as they may be looked at.

        Raises:
            UsageError: a document has no part of the name up to which it is read.
        """
        if self._opened is None:
            self._opened = Texts.of(self._workspace.library, self._document_ids, self._upto)
        return self._opened

    def at_once(self, question: str, route: Route | None = None) -> Answer | None:
        """The answer where it is there without a model, by counting or from summaries; it is kept
        as ``ask`` does. What follows up what was said has none without a ``route``: it is to be
        made self-contained first.

        Raises:
            UsageError: the ``route`` that is wanted gives no answer.
        """
        # The forms that are answered here are English, in whatever language the texts are.
        if route is None and not stands_alone(question) and self._turns():
            return None
        answer = answer_at_once(squeeze(question), self.texts, self._workspace.library, route)
        if answer is not None:
            self._keep_turn(question, answer)
        return answer

    def of_contents(self, question: str) -> Answer | None:
        """The answer where a question asks only what the contents of the desk's one document show,
        as ``at_once`` gives it. Its citations are headings: no text of a chapter is quoted."""
        (document,) = self.texts.documents.values()
        if not is_of_contents(squeeze(question), document):
            return None
        answer = answer_at_once(squeeze(question), self.texts, self._workspace.library)
        if answer is not None:
            headings = tuple(
                citation
                for citation in answer.citations
                if document.paragraphs[document.paragraph_at(citation.span.start)].kind == "heading"
            )
            answer = replace(answer, citations=headings)
            self._keep_turn(question, answer)
        return answer

    def ask(
        self, question: str, route: Route | None = None, about: About | None = None
    ) -> Generator[Event]:
        """Answer a question from evidence within the desk's conversation, and keep the turn.

        Raises:
            LibraryError: the turn cannot be kept; the answer was told before.
        """
        failed: LibraryError | None = None
        with asking(self._workspace.paths.data):
            # Meanwhile the model may have been looked into.
            self.asker.ranker = self._ranker()
            for event in self.asker.ask(question, self._turns(), route, about):
                if isinstance(event, Answer):
                    try:
                        self._keep_turn(question, event)
                    except LibraryError as error:
                        failed = error
                yield event
            # What a full disk does not take is computed anew another time.
            with suppress(LibraryError):
                self.asker.keep()
        if failed is not None:
            raise failed

    def search(self, query: str, limit: int) -> list[tuple[Candidate, Citation]]:
        """Passages for a query, best first, each with its place; no model takes part."""
        texts, query = self.texts, squeeze(query)
        found = look_up(
            self._workspace.library,
            texts.ids,
            query,
            self._ready_embedder(),
            max(limit, LOOKED_UP),
            texts.last,
        )
        found = with_cut_passages(found, query, texts)[:limit]
        cited = nearest(found, texts.documents, texts.passages, query, limit=limit)
        return list(zip(found, cited, strict=True))

    def embed(self, on_progress: Callable[[int, int], None]) -> None:
        """Compute all missing vectors now, but wait while another process asks."""
        embedder = self._workspace.embedder()
        if embedder is not None:
            for document_id in self._document_ids:
                embed_document(
                    self._workspace.library,
                    document_id,
                    embedder,
                    on_progress=on_progress,
                    give_way=lambda: somebody_asks(self._workspace.paths.data),
                )

    def read(
        self,
        *,
        with_notes: bool = True,
        alone: bool = True,
        look_in: bool = True,
        rewrite: bool = False,
    ) -> Generator[tuple[str, News]]:
        """Let the model read the documents from beginning to end, from where it was left, and
        write notes and summaries; yields the document's id and how far it is. Closing the
        iterator commits what was read. A model that no text can be streamed through only writes.

        ``alone`` keeps other processes from reading meanwhile; who starts several that read holds
        ``alone_reading`` around all of them instead. With ``look_in`` the model is looked into
        before, once, for the answers' sake. With ``rewrite``, notes of other models are
        written anew.

        Raises:
            LibraryBusy: another process reads.
            ModelError: the model cannot be used.
        """
        workspace = self._workspace
        model, blocks = workspace.model, workspace.blocks()
        with alone_reading(workspace.paths) if alone else nullcontext():
            if look_in and self._document_ids:
                with closing(workspace.look_into_model()) as looking:
                    yield from ((self._document_ids[0], news) for news in looking)
            for document_id in self._document_ids:
                writer = (
                    NoteWriter(workspace.library, model, document_id, blocks, rewrite=rewrite)
                    if with_notes
                    else None
                )
                for progress in study(
                    workspace.library, model, document_id, blocks, writer, workspace.window
                ):
                    yield document_id, progress

    def continue_in_background(self) -> None:
        """Let a process of its own compute the vectors that are still missing."""
        embedder = self._workspace.embedder()
        if embedder is not None and self._missing(embedder):
            workspace = self._workspace
            with suppress(LibraryError):
                start_embedding(self._document_ids, embedder, workspace.paths, workspace.threads)

    def _turns(self) -> list[tuple[str, str]]:
        """Earlier questions with their answers."""
        library = self._workspace.library
        return [
            (turn.standalone_question, str(turn.answer["answer"]))
            for turn in (library.turns(self._session) if self._session else ())
        ]

    def _keep_turn(self, question: str, answer: Answer) -> None:
        if self._session:
            self._workspace.library.add_turn(
                self._session, question, answer.standalone_question, answer.as_json()
            )

    def _ready_embedder(self) -> Embedder | None:
        embedder = self._workspace.embedder()
        if embedder is None:
            return None
        if 0 < self._missing(embedder) <= PASSAGES_EMBEDDED_AT_ONCE:
            with suppress(LibraryError):
                for document_id in self._document_ids:
                    embed_document(self._workspace.library, document_id, embedder)
        return embedder

    def _recall(self) -> Recall | None:
        streaming = self._streaming()
        if streaming is None:
            return None
        return Recall(*streaming, read_again=not self._fast, last=self.texts.last)

    def _ranker(self) -> Ranker | None:
        streaming = self._streaming()
        if streaming is None or self._fast:
            return None
        return Ranker(*streaming, self._workspace.insight)

    def _streaming(self) -> tuple[BlockMemory, StreamingModel] | None:
        """What the model has computed, and the model, where it keeps that and the disk lets it."""
        model = as_streaming(self._workspace.model)
        with suppress(LibraryError):
            blocks = self._workspace.blocks()
            if blocks is not None and model is not None:
                return blocks, model
        return None

    def _missing(self, embedder: Embedder) -> int:
        return self._workspace.library.vectors_missing(self._document_ids, embedder.id)
