"""Readings of an utterance are asked about before one is chosen, on a server that must not hold a call up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.asr.recognizer import Hypothesis, Recognition
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.nlu.interpreter import Understanding
from bot.voice.attention import Attention
from bot.voice.manners import Manners
from tests.unit.dialogue.conftest import AT, BRIEF
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter


class AskingInterpreter(ScriptedInterpreter):
    """Understands only what it was told of beforehand."""

    def __init__(self) -> None:
        super().__init__(INTENTS)
        self.told: list[str] = []

    async def prepare(self, texts: Sequence[str]) -> None:
        self.told += texts

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        return super().parse(text if text in self.told else "nothing", now=now, expected=expected)


async def test_all_readings_are_asked_about_before_one_is_chosen(
    flow: Flow, prompts: PromptBook, manners: Manners
) -> None:
    asking = AskingInterpreter()
    conversation = Conversation(flow, prompts, BRIEF, asking)
    conversation.open(AT)
    attention = Attention(conversation, manners, lambda: AT)
    readings = ("nonsense ~0.3", "confirm_identity yes", "confirm_identity yeah")
    heard = Recognition(tuple(Hypothesis(text) for text in readings))
    assert await attention.choose(heard) == "confirm_identity yes"
    assert asking.told == list(readings)


async def test_one_reading_needs_no_choice(flow: Flow, prompts: PromptBook, manners: Manners) -> None:
    asking = AskingInterpreter()
    conversation = Conversation(flow, prompts, BRIEF, asking)
    conversation.open(AT)
    attention = Attention(conversation, manners, lambda: AT)
    assert await attention.choose(Recognition((Hypothesis("affirm"),))) == "affirm"
    assert asking.told == []
