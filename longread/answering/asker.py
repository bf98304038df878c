"""One question, from looking up to the checked answer, as a stream of events."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from longread.answering import abstain, prompts
from longread.answering.about import About
from longread.answering.alike import singled_out
from longread.answering.answer import (
    NOT_FOUND,
    Answer,
    AnswerText,
    Event,
    Route,
    Stage,
    Timing,
    Usage,
)
from longread.answering.at_once import answer_at_once
from longread.answering.check import AnswerChecker
from longread.answering.evidence import (
    Candidate,
    Evidence,
    by_relevance,
    gather,
    material,
    once_more,
)
from longread.answering.follow_up import make_self_contained
from longread.answering.lists import Lister, is_list
from longread.answering.lookup import LOOKED_UP, look_up, with_cut_passages
from longread.answering.named import documents_named, reworded
from longread.answering.parts import Scope, scope_of
from longread.answering.quoting import answer_by_quoting, wanted_in
from longread.answering.ranking import Ranker
from longread.answering.recall import Recall
from longread.answering.reply import Reply
from longread.answering.several import joined, not_found, questions_in
from longread.answering.support import cite, nearest
from longread.answering.texts import Texts, titles_of
from longread.answering.title_page import asked_of_makers
from longread.config import ANSWER_TOKENS, EVIDENCE_TOKENS, PASSAGE_TOKENS
from longread.engine.protocol import Message, Model, Sampling
from longread.memory.analysis import content_terms, language_asked_in
from longread.memory.library import Library
from longread.memory.meaning import Embedder
from longread.reading.frame import Material
from longread.text import squeeze


class Decline(Enum):
    """What becomes of a question whose evidence does not hold an answer.

    ``ANSWER_ANYWAY`` records the assessment and answers all the same, for measurements.
    """

    WHEN_NOT_FOUND = "when-not-found"
    ANSWER_ANYWAY = "answer-anyway"
    NEVER = "never"


@dataclass(slots=True)
class Asker:
    """Answers questions over texts of a library with one model.

    ``evidence_tokens`` is the budget for evidence; ``decline`` says what becomes of
    unanswerable questions; ``embedder``, ``recall`` (the use of blocks) and ``ranker`` may be
    absent.
    """

    library: Library
    model: Model
    texts: Texts
    embedder: Embedder | None = None
    evidence_tokens: int = EVIDENCE_TOKENS
    decline: Decline = Decline.WHEN_NOT_FOUND
    sampling: Sampling = field(default_factory=lambda: Sampling(max_tokens=ANSWER_TOKENS))
    recall: Recall | None = None
    ranker: Ranker | None = None

    def ask(
        self,
        question: str,
        turns: Sequence[tuple[str, str]] = (),
        route: Route | None = None,
        about: About | None = None,
    ) -> Iterator[Event]:
        """Answer a question, or several in one, each by itself; ``turns`` are earlier (question,
        answer) pairs. Without a ``route``, a follow-up whose answer is there at once gets it, and
        one that asks for all of something gets a list. A question ``about`` a stretch of the text
        needs no earlier turns, and its passages come first.

        Yields stages and pieces of text as they come, and the ``Answer`` at the end.
        Closing the iterator stops the model within a second.
        """
        question = squeeze(question)
        # Of several documents, each answer may call its passages by other letters.
        alone = about is not None or route is not None or len(self.texts.ids) > 1
        parts = () if alone else questions_in(question)
        if len(parts) > 1:
            yield from self._ask_each(question, parts, turns)
        else:
            yield from self._ask_one(question, turns, route, about)

    def _ask_each(
        self, question: str, parts: Sequence[str], turns: Sequence[tuple[str, str]]
    ) -> Iterator[Event]:
        """Answer the questions that one holds, one after the other; what has no answer is said
        behind those that have."""
        started, first_token, looked_up = time.perf_counter(), 0.0, 0.0
        answers: list[Answer] = []
        for part in parts:
            before = time.perf_counter() - started
            begun = False
            for event in self._part(part, turns if not answers else ()):
                if isinstance(event, Answer):
                    answers.append(event)
                    continue
                if isinstance(event, AnswerText) and not begun:
                    begun = True
                    if any(not one.declined for one in answers):
                        yield AnswerText("\n\n")
                yield event
            looked_up = looked_up or before + answers[-1].timing.looked_up
            if begun:
                first_token = first_token or before + answers[-1].timing.first_token
        for line in not_found(answers):
            yield AnswerText(f"\n\n{line}")
        total = time.perf_counter() - started
        yield joined(question, answers, Timing(looked_up, first_token or total, total))

    def _part(self, question: str, turns: Sequence[tuple[str, str]]) -> Iterator[Event]:
        known = None if turns else answer_at_once(question, self.texts, self.library)
        if known is None:
            yield from self._ask_one(question, turns)
        else:
            yield from _told(known)

    def _ask_one(
        self,
        question: str,
        turns: Sequence[tuple[str, str]] = (),
        route: Route | None = None,
        about: About | None = None,
    ) -> Iterator[Event]:
        started = time.perf_counter()
        standalone = question
        if about is not None:
            standalone = about.spelled_out(question, self.texts)
        elif turns:
            yield Stage("understanding the question")
            standalone = make_self_contained(
                self.model, turns, question, self.texts.language, self._is_counted
            )
            known = answer_at_once(standalone, self.texts, self.library) if route is None else None
            if known is not None:
                yield from _told(replace(known, question=question))
                return
        texts, scope = self.texts, None
        if about is None:
            titled = reworded(standalone, titles_of(texts, self.library))
            if titled.document_ids:
                texts = texts.only(titled.document_ids)
                # Among others, the title is what leads to the document; and a hero who has its
                # name is asked about.
                among_others = len(texts.ids) < len(self.texts.ids)
                if not (among_others or titled.means_more_than(texts.documents)):
                    standalone = titled.question
            scope = scope_of(titled.question, texts)
        standalone = asked_of_makers(standalone) or standalone
        yield Stage(f"looking up in {'; '.join(scope.names)}" if scope else "looking up")
        if about is None and (route is Route.EVERY or (route is None and is_list(standalone))):
            lister = Lister(self.model, texts, self.recall)
            candidates = self._looked_up(standalone, scope)
            for event in lister.answer(standalone, candidates, started, scope):
                yield replace(event, question=question) if isinstance(event, Answer) else event
            return
        wanted = wanted_in(scope.sought if scope else standalone)
        if wanted is not None and about is None and route is None:
            candidates, _ = self.find(wanted.what, scope=scope)
            yield from _told(answer_by_quoting(question, wanted, candidates, texts, started))
            return
        candidates, evidence = self.find(standalone, about, scope)
        yield from self.answer_from(evidence, candidates, question, standalone, started, scope)

    def answer_from(
        self,
        evidence: tuple[Evidence, ...],
        candidates: Sequence[Candidate],
        question: str,
        standalone: str,
        started: float,
        scope: Scope | None = None,
    ) -> Iterator[Event]:
        """Answer from given evidence; ``started`` is the ``perf_counter`` of the question,
        ``scope`` the parts that it names."""
        looked_up = time.perf_counter() - started
        assessment = None
        sought = scope.sought if scope else standalone
        # All of a part, or its end, is there in any case.
        told = scope is not None and scope.wanted != "answer" and bool(evidence)
        if self.decline is Decline.NEVER or told:
            given = self.material(evidence, sought)
        else:
            yield Stage("reading the evidence")
            evidence, given, assessment = self._assessed(evidence, standalone, sought)
        checker = AnswerChecker(evidence, standalone, self.texts.language)
        reply = Reply(checker)
        refused = assessment is not None and assessment.declined
        # While it is open whether there is an answer, nothing of it is shown.
        undecided = assessment is not None and assessment.open
        held = undecided and self.decline is Decline.WHEN_NOT_FOUND
        measured = self.decline is Decline.ANSWER_ANYWAY
        first_token = 0.0
        if not refused or measured:
            yield Stage("answering")
            language = language_asked_in(standalone, self.texts.language)
            prompt = (prompts.tell if told else prompts.answer)(given, standalone, language)
            first_token = yield from self._write(reply, prompt, started, held=held)
        declined = reply.declined
        if assessment is not None and not declined and (undecided or measured):
            assessment = self._reassess(assessment, sought, evidence, reply.said)
        if held and not declined:
            declined = assessment is not None and assessment.declined
            first_token = time.perf_counter() - started
            if not declined:
                yield AnswerText(reply.text)
        total = time.perf_counter() - started
        last = reply.last
        if declined:
            citations = nearest(candidates, self.texts.documents, self.texts.passages, standalone)
        else:
            citations = cite(checker.sentences, evidence, self.texts.documents, standalone)
        yield Answer(
            question=question,
            standalone_question=standalone,
            route=Route.DETAIL,
            text=NOT_FOUND if declined else reply.text,
            declined=declined,
            sentences=() if declined else tuple(checker.sentences),
            citations=citations,
            quotations=() if declined else tuple(checker.quotations),
            evidence=evidence,
            evidence_text=given.text,
            assessment=assessment,
            unknown_citations=checker.unknown_citations,
            unfound_quotations=checker.unfound_quotations,
            finish=last.finish,
            usage=Usage(last.prompt_tokens, last.cached_tokens, last.reply_tokens),
            timing=Timing(looked_up, first_token or total, total),
            figures={"within": list(scope.names)} if scope else {},
            model=self.model.info.id,
            doubtful=not declined and assessment is not None and assessment.doubtful,
        )

    def _write(
        self, reply: Reply, prompt: Sequence[Message], started: float, *, held: bool
    ) -> Generator[AnswerText, None, float]:
        """Let the model write, and show what it writes as soon as that can be no "not found";
        nothing of it where it is ``held``. Returns the seconds until the first token, 0 where there
        is none."""
        first_token, waiting = 0.0, []
        for piece in reply.write(self.model, prompt, self.sampling):
            first_token = first_token or time.perf_counter() - started
            waiting.append(piece)
            if not (held or reply.may_decline):
                yield AnswerText("".join(waiting))
                waiting.clear()
        if waiting and not (held or reply.declined):
            yield AnswerText("".join(waiting))
        return first_token

    def find(
        self, question: str, about: About | None = None, scope: Scope | None = None
    ) -> tuple[list[Candidate], tuple[Evidence, ...]]:
        """Look up a question: all candidates, best first, and the evidence chosen of them; what
        it is ``about`` leads, and with a ``scope`` there is nothing else than that."""
        candidates = self._looked_up(question, scope)
        if self.ranker is not None and (scope is None or scope.wanted == "answer"):
            candidates = self.ranker.rank(question, candidates, self.texts)
        if about is not None:
            candidates = about.leading(candidates, self.texts)
        return candidates, self.evidence_of(candidates)

    def _looked_up(self, question: str, scope: Scope | None) -> list[Candidate]:
        """Passages by words and meaning, best first; of a scope, or of documents that are named by
        their titles, none but theirs."""
        texts, library, embedder = self.texts, self.library, self.embedder
        if scope is None:
            named = documents_named(question, titles_of(texts, library))
            ids = [one for one in texts.ids if one in named] or texts.ids
            found = look_up(library, ids, question, embedder, last=texts.last)
            if asked_of_makers(question):
                # Elsewhere the authors of others are spoken of.
                return [one for one in found if one.passage == 1]
            return with_cut_passages(found, question, texts.only(ids))
        found = []
        if scope.wanted == "answer":
            # What stands in a part may be far behind what stands elsewhere.
            limit = max(LOOKED_UP, *(len(texts.passages[one]) for one in scope.parts))
            found = look_up(library, list(scope.parts), scope.sought, embedder, limit, texts.last)
        return scope.candidates(found, texts, self.evidence_tokens // PASSAGE_TOKENS)

    def evidence_of(self, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """Choose evidence from ranked candidates within the budget."""
        return gather(
            candidates,
            self.texts.documents,
            self.texts.passages,
            self.model.count_tokens,
            self.evidence_tokens,
        )

    def material(self, evidence: Sequence[Evidence], question: str) -> Material:
        """Evidence as the model is given it for a question, with what it has read of it before."""
        if self.recall is not None:
            return self.recall.material(evidence, question, self.texts.documents)
        return Material(material(evidence, self.texts.documents))

    def keep(self) -> None:
        """Keep what the model computed for the last answer's evidence, for the next questions;
        best done once the answer is shown."""
        if self.recall is not None:
            self.recall.keep()

    def _assessed(
        self, evidence: tuple[Evidence, ...], question: str, sought: str
    ) -> tuple[tuple[Evidence, ...], Material, abstain.Assessment]:
        """What of the evidence the model is given, as it is, and whether that holds the answer:
        something is read again only where its blocks alone leave it open."""
        texts = self.texts
        if single := singled_out(sought, evidence, texts.documents, texts.language):
            evidence = (single[0],)
            given = Material((once_more(*single, texts.documents),))
            return evidence, given, self.assess(question, evidence, given, sought)
        evidence = by_relevance(evidence)
        unread = self.recall.unread(evidence, texts.documents) if self.recall else None
        given = unread or self.material(evidence, sought)
        assessment = self.assess(question, evidence, given, sought)
        if self.recall is not None and unread is not None and assessment.open:
            given = self.recall.doubted(unread, evidence, sought, texts.documents)
        return evidence, given, assessment

    def assess(
        self, question: str, evidence: Sequence[Evidence], given: Material, sought: str
    ) -> abstain.Assessment:
        """Decide whether the evidence holds the answer to a question; ``sought`` is what of it is
        to stand there."""
        if not evidence:
            return abstain.assess(abstain.Signals(0.0, 0.0, 0.0, 0.0))
        yes, _ = self.model.choose(prompts.check(given, question), ("yes", "no"))
        found = abstain.signals(sought, evidence, yes, self._occurs, self.texts.language)
        return abstain.assess(found)

    def _is_counted(self, question: str) -> bool:
        return answer_at_once(question, self.texts, self.library) is not None

    def _reassess(
        self,
        assessment: abstain.Assessment,
        question: str,
        evidence: Sequence[Evidence],
        said: str,
    ) -> abstain.Assessment:
        """Decide what was open, now that there is an answer."""
        texts = self.texts
        share = abstain.together(question, said, evidence, texts.documents, texts.language)
        return abstain.assess(replace(assessment.signals, together=share))

    def _occurs(self, word: str) -> bool:
        """Whether a word stands in the texts, or a name that is spelled nearly so."""
        if self.library.search_words(word, self.texts.ids, 1, self.texts.last):
            return True
        return any(
            abstain.is_nearly_named(word, document.text) or self._is_cut_beside(word, document_id)
            for document_id, document in self.texts.documents.items()
        )

    def _is_cut_beside(self, word: str, document_id: str) -> bool:
        """Whether a word stands in a passage that the reader's place cuts."""
        document = self.texts.documents[document_id]
        terms = set(content_terms(word, document.language))
        return any(
            terms & {*content_terms(document.slice(passage.span), document.language)}
            for passage in self.texts.cut_passages(document_id)
        )


def _told(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is there at once; that there is none is told by it alone."""
    if not answer.declined:
        yield AnswerText(answer.text)
    yield answer
