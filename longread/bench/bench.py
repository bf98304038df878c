"""What measurements ask with: a library, a model and what stands between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from longread.answering.answer import Answer, Event
from longread.answering.asker import Asker, Decline
from longread.answering.ranking import Ranker
from longread.answering.recall import Recall
from longread.answering.texts import Texts
from longread.bench.json_lines import Row
from longread.bench.strategies import STRATEGIES, reading_before
from longread.config import EVIDENCE_TOKENS, READING_WINDOW
from longread.engine.insight import UNKNOWN, Insight
from longread.engine.protocol import Message, Model, as_streaming
from longread.errors import UsageError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.memory.meaning import Embedder, embed_document
from longread.reading.note_writer import NotesProgress, NoteWriter
from longread.reading.reader import Reader, ReadingProgress
from longread.reading.study import study

KEEP_ALL = 1 << 40
"""A budget in bytes that no block is dropped for: what was read is asked about much later."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; ``row`` is the question just answered, empty while a document is read;
    ``detail`` says what is being done."""

    done: int
    total: int
    row: Row
    detail: str = ""


def settings_of(
    model: Model, embedder: Embedder | None, evidence_tokens: int, window: int, **others: object
) -> Row:
    """What results depend on, as their file keeps it."""
    return {
        "model": model.info.id,
        "embedder": embedder.id if embedder is not None else None,
        "evidence_tokens": evidence_tokens,
        "window": window,
        **others,
    }


@dataclass(frozen=True, slots=True)
class Bench:
    """What questions are asked with. ``blocks`` are needed by strategies that read documents
    before, through ``window``; ``insight`` by those that look into the model."""

    library: Library
    model: Model
    embedder: Embedder | None = None
    evidence_tokens: int = EVIDENCE_TOKENS
    blocks: BlockMemory | None = None
    insight: Insight = UNKNOWN
    window: int = READING_WINDOW

    def asker(self, document_ids: Sequence[str], strategy: str) -> Asker:
        """Answers by a strategy over some documents. One that declines is heard out: what it
        would have declined is scored by its assessment."""
        recall = ranker = None
        way = STRATEGIES[strategy]
        streaming = as_streaming(self.model)
        if way.reads_before and self.blocks is not None and streaming is not None:
            recall = Recall(self.blocks, streaming, read_again=way.read_again)
            seen = self.insight.of(attention=way.by_attention, probe=way.by_probe)
            ranker = Ranker(self.blocks, streaming, seen)
        return Asker(
            self.library,
            self.model,
            Texts.of(self.library, document_ids),
            self.embedder,
            way.tokens(self.evidence_tokens, self.window, self.model.info.context),
            Decline.ANSWER_ANYWAY if way.declines else Decline.NEVER,
            recall=recall,
            ranker=ranker,
        )

    def settings(self, **others: object) -> Row:
        """What results depend on, as their file keeps it."""
        return settings_of(
            self.model,
            self.embedder,
            self.evidence_tokens,
            self.window,
            bits=asdict(self.blocks.codec) if self.blocks is not None else None,
            **self.insight.as_json(),
            **others,
        )

    def need_insight(self, attention: Sequence[str], probe: Sequence[str]) -> None:
        """See that there are heads and a probe, where something is wanted that ranks by them.

        Raises:
            UsageError: none are known of the model.
        """
        for wanted, known, what, hint in (
            (
                attention,
                self.insight.heads,
                "attention heads are",
                "`longread bench heads` finds them; or leave these out.",
            ),
            (
                probe,
                self.insight.probe,
                "probe is",
                "It was looked into, and its hidden states tell nothing: leave these out.",
            ),
        ):
            if wanted and not known:
                raise UsageError(
                    f"No {what} known of {self.model.info.id}, by which "
                    f"{' and '.join(wanted)} would rank.",
                    hint=hint,
                )

    def embed(self, document_id: str) -> None:
        """Compute a document's vectors, where it is looked up by meaning too."""
        if self.embedder is not None:
            embed_document(self.library, document_id, self.embedder)

    def read(self, document_id: str) -> Iterator[ReadingProgress]:
        """Let the model read a document, from where it was left.

        Raises:
            UsageError: it cannot.
        """
        streaming = as_streaming(self.model)
        if self.blocks is None or streaming is None:
            raise UsageError(
                f"{self.model.info.id} keeps nothing of what it reads.",
                hint=f"Leave out the strategies {', '.join(reading_before(STRATEGIES))}.",
            )
        yield from Reader(
            self.library, self.blocks, streaming, document_id, window=self.window
        ).run()

    def study(self, document_id: str) -> Iterator[str]:
        """Let the model read a document to its end, with notes and summaries; says how far it is.

        Raises:
            ModelError: the model cannot be used.
        """
        writer = NoteWriter(self.library, self.model, document_id, self.blocks)
        steps = study(self.library, self.model, document_id, self.blocks, writer, self.window)
        for state in steps:
            if isinstance(state, ReadingProgress):
                yield f"{state.passages} of {state.total} passages"
            elif isinstance(state, NotesProgress):
                yield f"{state.notes} of {state.total} notes"
            else:
                yield "summaries"


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer among what comes of a question, once all of it has come."""
    (answer,) = (event for event in events if isinstance(event, Answer))
    return answer


def displace(model: Model) -> None:
    """Let a model forget all that it holds but its prefix, so that nothing of the last question
    helps the next one."""
    model.choose([Message("user", "-")], ("yes", "no"))
