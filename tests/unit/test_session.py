"""One call over a text channel: playing, listening, hanging up, and the log from which it replays."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.channel import BySentence, HungUpError
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.prompts import PromptBook, load_prompts
from bot.language import language_dir
from bot.nlu.interpreter import Understanding
from bot.session import Session, SessionResult
from bot.transcript import Entry, replay
from tests.unit.dialogue.conftest import AT, BRIEF
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter

HANG_UP = "<hang up>"


class FakeChannel:
    """A far end that says ``lines`` one after another (None is silence) on a clock of its own."""

    def __init__(self, lines: Iterable[str | None], cut: Collection[int] = ()) -> None:
        self.lines = list(lines)
        self.cut = set(cut)  # which sentences, counted from 0, are talked over
        self.said: list[str] = []
        self.hung_up = False
        self.time = AT

    def now(self) -> datetime:
        return self.time

    async def say(self, text: str, *, interruptible: bool) -> bool:
        self.time += timedelta(seconds=2)
        self.said.append(text)
        return len(self.said) - 1 not in self.cut

    async def listen(self, timeout_s: float) -> str | None:
        line = self.lines.pop(0) if self.lines else HANG_UP
        self.time += timedelta(seconds=timeout_s if line is None else 1)
        if line == HANG_UP:
            raise HungUpError
        return line

    async def hang_up(self) -> None:
        self.hung_up = True


class FailingInterpreter(ScriptedInterpreter):
    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        if "boom" in text:
            raise RuntimeError(f"cannot parse {text}")
        return super().parse(text, now=now, expected=expected)


@pytest.fixture(scope="module")
def book() -> PromptBook:
    return load_prompts(language_dir("zh"))


@pytest.fixture(scope="module")
def reminder(book: PromptBook) -> Flow:
    return load_flow(language_dir("zh"), "repayment-reminder", book)


@pytest.fixture
def conversation(reminder: Flow, book: PromptBook) -> Conversation:
    return Conversation(reminder, book, BRIEF, FailingInterpreter(INTENTS))


async def call(
    conversation: Conversation, channel: FakeChannel, *, ends_by: datetime | None = None, most_turns: int = 60
) -> SessionResult:
    return await Session(
        conversation, BySentence(channel, channel.now), channel.now, ends_by=ends_by, most_turns=most_turns
    ).run()


async def test_a_call_to_a_promise(conversation: Conversation) -> None:
    channel = FakeChannel(["affirm", None, "promise_pay date=2026-11-25", "affirm"])
    result = await call(conversation, channel)
    assert result.outcome.disposition == "promise"
    assert result.outcome.right_party
    assert result.hung_up_by == "bot"
    assert channel.hung_up
    heard = [entry for entry in result.entries if entry.speaker == "customer"]
    assert [entry.intent for entry in heard] == ["affirm", "promise_pay", "affirm"]
    assert [entry.step for entry in heard] == ["identity", "plan", "readback"]
    assert [entry.text for entry in result.entries if entry.speaker == "bot"] == channel.said


async def test_the_log_replays_to_the_same_replies(
    conversation: Conversation, reminder: Flow, book: PromptBook
) -> None:
    channel = FakeChannel(["affirm", None, "hm", "hardship", "affirm", "inform date=2026-11-25"], cut={1})
    result = await call(conversation, channel)
    again = Conversation(reminder, book, BRIEF, ScriptedInterpreter(INTENTS))
    replies = [say.text for turn in replay(result.entries, again) for say in turn.says]
    said = [entry.text for entry in result.entries if entry.speaker == "bot"]
    opening = 2  # sentences spoken of the opening before it was cut; the replay has all four
    assert replies[4:] == said[opening:]
    assert again.outcome == result.outcome


async def test_a_hang_up_by_the_customer_is_no_fault(conversation: Conversation) -> None:
    channel = FakeChannel(["affirm", HANG_UP])
    result = await call(conversation, channel)
    assert (result.outcome.disposition, result.hung_up_by, result.fault) == ("hung_up", "customer", None)
    assert result.entries[-1].event == "hung_up"
    assert not channel.hung_up


async def test_disclosures_talked_over_are_repeated_to_their_end(conversation: Conversation) -> None:
    channel = FakeChannel(["thanks_bye"], cut={1})
    result = await call(conversation, channel)
    institution, ai, *_ = channel.said
    assert channel.said[2] == ai
    assert channel.said.count(institution) == 1
    played = [entry.prompt for entry in result.entries if entry.speaker == "bot" and entry.played]
    assert played[:4] == ["disclose_institution", "disclose_ai", "disclose_recording", "identity_name"]


async def test_endless_talking_over_winds_the_call_up(conversation: Conversation) -> None:
    channel = FakeChannel([], cut=range(100))
    result = await call(conversation, channel)
    assert result.outcome.disposition == "hung_up_early"
    assert channel.hung_up


async def test_the_call_is_wound_up_when_the_window_ends(conversation: Conversation) -> None:
    channel = FakeChannel(["affirm", *[None] * 20])
    ends_by = AT + timedelta(seconds=50)
    result = await call(conversation, channel, ends_by=ends_by)
    assert result.outcome.disposition == "no_commitment"
    assert channel.now() <= ends_by
    assert channel.said[-2:] == [entry.text for entry in result.entries if entry.step == "wound_up"]
    assert "wound_up" in [entry.event for entry in result.entries]


async def test_nothing_is_begun_after_the_window(conversation: Conversation) -> None:
    channel = FakeChannel(["affirm"])
    await call(conversation, channel, ends_by=AT + timedelta(seconds=3))
    assert len(channel.said) == 2
    assert channel.hung_up


async def test_a_call_that_goes_round_is_wound_up(conversation: Conversation) -> None:
    channel = FakeChannel(["ask_who"] * 100)
    result = await call(conversation, channel, most_turns=5)
    assert sum(entry.speaker == "customer" for entry in result.entries) == 4
    assert channel.hung_up


async def test_neither_window_nor_cap_hangs_up_on_somebody_in_need(conversation: Conversation) -> None:
    channel = FakeChannel(["hm !self_harm", *["hm"] * 30])
    result = await call(conversation, channel, ends_by=AT + timedelta(seconds=40), most_turns=5)
    assert (result.outcome.disposition, result.hung_up_by) == ("vulnerable", "customer")
    assert result.outcome.human_urgent


async def test_a_fault_ends_the_call_politely_without_personal_data_in_the_log(
    conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    channel = FakeChannel(["affirm", "boom 王晓明"])
    with caplog.at_level(logging.ERROR):
        result = await call(conversation, channel)
    assert (result.outcome.disposition, result.fault) == ("bot_fault", "RuntimeError")
    assert channel.said[-2:] == [
        entry.text for entry in result.entries if entry.prompt in ("close_fault", "closing_label")
    ]
    assert "RuntimeError" in caplog.text
    assert "王晓明" not in caplog.text


async def test_a_fault_in_the_opening_ends_the_call(reminder: Flow, book: PromptBook) -> None:
    leaking = replace(BRIEF, party=replace(BRIEF.party, honorific="先生,您已逾期"))
    channel = FakeChannel([])
    result = await call(Conversation(reminder, book, leaking, ScriptedInterpreter(INTENTS)), channel)
    assert (result.outcome.disposition, result.fault) == ("bot_fault", "IdentityGateError")
    assert channel.said == [entry.text for entry in result.entries if entry.speaker == "bot"]
    assert "逾期" not in "".join(channel.said)
    assert channel.hung_up


async def test_a_fault_does_not_hang_up_on_somebody_in_need(conversation: Conversation) -> None:
    channel = FakeChannel(["hm !self_harm", "boom", "hm"])
    result = await call(conversation, channel)
    assert (result.outcome.disposition, result.hung_up_by) == ("vulnerable", "customer")
    assert result.fault == "RuntimeError"


async def test_whoever_watches_sees_every_entry(conversation: Conversation) -> None:
    channel, seen = FakeChannel(["affirm"]), list[Entry]()
    result = await Session(
        conversation, BySentence(channel, channel.now), channel.now, watch=seen.append
    ).run()
    assert tuple(seen) == result.entries
