"""People of the house want something of a call that goes on: what the session makes of it, and its log."""

from __future__ import annotations

import pytest

from bot.channel import BySentence
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.policy import BY_STAFF
from bot.errors import FlowError
from bot.session import Session, SessionResult
from bot.staff import Wanted, Wish
from bot.transcript import replay
from tests.unit.dialogue.conftest import AT, BRIEF
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter
from tests.unit.test_session import FakeChannel, book, conversation, reminder

__all__ = ["book", "conversation", "reminder"]  # fixtures


class FakeStaff:
    """Wants one thing from the ``after``-th time on that it is asked."""

    def __init__(self, wish: Wish, after: int = 0, look_every_s: float | None = None) -> None:
        self.wish, self.after, self.look_every_s = wish, after, look_every_s
        self.done: list[str] = []

    def wanted(self) -> Wanted | None:
        self.after -= 1
        return Wanted(self.wish, "wang") if self.after < 0 and not self.done else None

    def granted(self, wanted: Wanted) -> None:
        self.done.append(f"granted {wanted.wish}")

    def declined(self, wanted: Wanted) -> None:
        self.done.append(f"declined {wanted.wish}")


async def call(conversation: Conversation, channel: FakeChannel, staff: FakeStaff) -> SessionResult:
    session = Session(conversation, BySentence(channel, channel.now), channel.now, staff=staff)
    return await session.run()


def events(result: SessionResult) -> list[str | None]:
    return [entry.event for entry in result.entries if entry.speaker == "line"]


def prompts(result: SessionResult) -> list[str | None]:
    return [entry.prompt for entry in result.entries if entry.speaker == "bot"]


async def test_the_bot_says_so_and_stays_on_the_line_for_a_person(conversation: Conversation) -> None:
    staff = FakeStaff(Wish.HAND_OVER)
    result = await call(conversation, FakeChannel([]), staff)
    assert staff.done == ["granted hand_over"]
    assert conversation.handing_over
    assert (result.outcome.disposition, result.hung_up_by) == ("human_requested", "bot")
    assert events(result) == ["opened", "handed_over"]
    assert next(entry.text for entry in result.entries if entry.event == "handed_over") == "wang"
    assert "close_human_now" in prompts(result)
    human = conversation.state.human
    assert human is not None
    assert human.reason == BY_STAFF


async def test_disclosures_that_were_talked_over_are_played_first(conversation: Conversation) -> None:
    staff = FakeStaff(Wish.HAND_OVER)
    result = await call(conversation, FakeChannel([], cut=[0]), staff)
    said = prompts(result)
    disclosures = conversation.flow.disclosures
    assert said[0] == disclosures[0]
    assert said.index("close_human_now") > len(said) - 1 - said[::-1].index(disclosures[0])
    assert events(result) == ["opened", "interrupted", "handed_over"]


async def test_a_promise_stands_when_a_person_takes_over(conversation: Conversation) -> None:
    lines = ["affirm", "promise_pay date=2026-11-25"]
    staff = FakeStaff(Wish.HAND_OVER, after=2)
    result = await call(conversation, FakeChannel(lines), staff)
    assert result.outcome.right_party
    assert conversation.handing_over
    again = Conversation(conversation.flow, conversation.prompts, BRIEF, ScriptedInterpreter(INTENTS))
    said = [say.text for turn in replay(result.entries, again) for say in turn.says]
    assert said == [entry.text for entry in result.entries if entry.speaker == "bot"]
    assert again.outcome == result.outcome


async def test_where_nobody_can_the_talk_goes_on_and_somebody_calls_back(conversation: Conversation) -> None:
    staff = FakeStaff(Wish.CALL_BACK)
    lines = ["affirm", None, "promise_pay date=2026-11-25", "affirm"]
    result = await call(conversation, FakeChannel(lines), staff)
    assert staff.done == ["granted call_back"]
    assert result.outcome.disposition == "promise"
    assert result.outcome.human_requested
    assert events(result)[:2] == ["opened", "human_noted"]
    assert "close_human_now" not in prompts(result)
    again = Conversation(conversation.flow, conversation.prompts, BRIEF, ScriptedInterpreter(INTENTS))
    assert list(replay(result.entries, again))
    assert again.outcome == result.outcome


async def test_the_bot_does_not_leave_somebody_in_need(conversation: Conversation) -> None:
    staff = FakeStaff(Wish.HAND_OVER, after=1)
    result = await call(conversation, FakeChannel(["unclear !self_harm", None, "affirm"]), staff)
    assert staff.done == ["declined hand_over"]
    assert "handed_over" not in events(result)
    assert result.hung_up_by == "customer"
    with pytest.raises(FlowError):
        conversation.hand_over(AT)


async def test_it_ends_politely_when_it_is_told_to(conversation: Conversation) -> None:
    result = await call(conversation, FakeChannel(["affirm"]), FakeStaff(Wish.END, after=1))
    assert prompts(result)[-2:] == ["close_wound_up", "closing_label"]
    wound_up = next(entry for entry in result.entries if entry.event == "wound_up")
    assert wound_up.text == "wang"


@pytest.mark.parametrize(("lines", "asked"), [([None] * 4, 3), ([None, "affirm"], 2)])
async def test_it_is_asked_while_the_bot_listens(
    conversation: Conversation, lines: list[str | None], asked: int
) -> None:
    """To look is no silence of the customer's, and what they say meanwhile is answered first."""
    channel = FakeChannel(lines)
    staff = FakeStaff(Wish.HAND_OVER, after=asked, look_every_s=0.5)
    result = await call(conversation, channel, staff)
    assert "silence" not in events(result)
    assert conversation.handing_over


def test_nothing_is_handed_over_before_the_disclosures(reminder: Flow, conversation: Conversation) -> None:
    assert conversation.owing
    conversation.open(AT)
    conversation.cut_short(reminder.disclosures[:1])
    assert conversation.owing
    with pytest.raises(FlowError):
        conversation.hand_over(AT)
