"""Replies that say in their own words that the text holds no answer."""

from __future__ import annotations

import pytest

from longread.answering.check import AnswerChecker
from longread.answering.declining import may_decline
from longread.answering.reply import Reply
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Sampling
from tests.quick.answering.test_check import evidence

QUESTION = "Who painted the doctor's house?"

DECLINING = [
    "",
    "...",
    "[7]",
    "[55].",
    "Not found in the text.",
    "**Not found in the text.**",
    "“Not found in the text”",
    "Not mentioned.",
    "Not stated in the passages.",
    "No information provided.",
    "The passages do not say who painted the doctor's house.",
    "The provided passages don't mention a painter [7].",
    "The text doesn’t specify who painted it. It may have been a Portuguese captain.",
    "None of the passages mention who painted it.",
    "The text provides no information about the painter.",
    "There is no information about the painter in the given passages.",
    "It is not mentioned in the text who painted the house.",
    "I'm sorry, but the text does not contain that.",
    "Based on the passages, there is no mention of a painter in the text.",
    "Unfortunately, the passages do not name the painter.",
    "Der Text erwähnt nicht, wer das Haus gestrichen hat.",
    "Im Text wird nicht gesagt, wer es war.",
    "Die Textstellen enthalten keine Angabe dazu.",
    "Le texte ne précise pas qui a peint la maison.",
    "Les passages n’indiquent pas qui c'était.",
    "El texto no menciona quién pintó la casa.",
    "Il testo non dice chi ha dipinto la casa.",
    "O texto não menciona quem pintou a casa.",
    "De tekst vermeldt niet wie het was.",
    "В тексте не указано, кто это был.",
    "文中没有提到是谁画的。",
]

ANSWERING = [
    "A painter from the town.",
    "The doctor did not say who painted it.",
    "She does not know who painted it.",
    "The text says that the doctor did.",
    "The passages do not name him, but a captain painted it.",
    "The passages do not name him. The doctor drove a pale green Austin.",
    "There is no information on the door.",
    "It is not the doctor.",
    "No, the doctor did.",
    "Nobody.",
    "The textile dealer.",
    "Der Text sagt, dass er es nicht war.",
    "∞",
    "文森特。",
]


def reply_of(text: str, question: str = QUESTION) -> tuple[Reply, list[bool]]:
    """A reply that is written letter by letter, with whether it might decline at each."""
    reply = Reply(AnswerChecker(evidence(), question, "en"))
    model = ScriptedModel()
    model.enqueue(text)
    open_ = [reply.may_decline for _ in reply.write(model, [], Sampling())]
    return reply, open_


@pytest.mark.parametrize("text", DECLINING)
def test_a_reply_declines_in_other_words_and_languages_and_is_held_back(text: str) -> None:
    reply, open_ = reply_of(text)
    assert reply.declined
    assert all(open_)
    assert all(may_decline(text[:end]) for end in range(len(text.partition("[")[0])))


@pytest.mark.parametrize("text", ANSWERING)
def test_a_reply_that_answers_does_not_decline(text: str) -> None:
    assert not reply_of(text)[0].declined


@pytest.mark.parametrize("text", ["The doctor drove an Austin.", "It is green.", "A car."])
def test_what_answers_is_held_back_for_three_words_at_most(text: str) -> None:
    assert not reply_of(text)[1][-1]
    assert not may_decline(" ".join(text.split()[:3]))


def test_who_asks_what_the_text_says_is_answered_so() -> None:
    text = "The text does not mention a painter."
    assert not reply_of(text, "Does the text speak of a painter?")[0].declined
    assert not reply_of(text, "Is a painter mentioned?")[0].declined
    assert reply_of(text)[0].declined
