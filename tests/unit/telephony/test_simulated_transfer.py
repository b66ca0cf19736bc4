"""Calls on the simulated line handed to simulated people, in text and in sound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telephony.announcements import Announcements
from telephony.errors import CallEnded, LineError
from telephony.far_end import FarReply
from telephony.line import Answered
from telephony.status import HangupCause
from telephony.transfer import Transferable, TransferEnd, TransferOrder, Whisper
from tests.unit.telephony.fakes import FakeClock, ScriptedFarEnd, dial, dial_sound

AGENT = "+8613900000001"
ORDER = TransferOrder((AGENT,), Whisper("客户要求人工", "zh-CN"), Whisper("抱歉，都在忙", "zh-CN"))


async def test_a_text_call_is_taken_and_lasts_as_long_as_they_talk(
    clock: FakeClock, announcements: Announcements
) -> None:
    call: Any = await dial(clock, announcements, "answers", ScriptedFarEnd(FarReply("喂")))
    assert isinstance(call, Transferable)
    with pytest.raises(LineError, match="not answered"):
        await call.transfer(ORDER)
    assert isinstance(await call.answer(), Answered)  # type: ignore[attr-defined]
    before = clock.slept_s
    told = await call.transfer(ORDER)
    assert (told.end, told.agent, told.talked_s) == (TransferEnd.TAKEN, AGENT, 90.0)
    assert clock.slept_s - before == pytest.approx(told.waited_s + told.talked_s)
    with pytest.raises(CallEnded):
        await call.transfer(ORDER)


@pytest.mark.parametrize(
    ("agents", "end"),
    [
        ({}, TransferEnd.TAKEN),
        ({"others": {"key": "2"}}, TransferEnd.NOBODY),
        ({"others": {"answers_after_s": None}}, TransferEnd.NOBODY),
        ({"others": {"answers_after_s": None}, "patience_s": 5.0}, TransferEnd.ABANDONED),
        ({"others": {"key": "2"}, "known": {AGENT: {"talks_s": 10.0}}}, TransferEnd.TAKEN),
    ],
)
async def test_a_call_in_sound_goes_as_the_agents_do(
    clock: FakeClock, announcements: Announcements, agents: dict[str, object], end: TransferEnd
) -> None:
    far_end = ScriptedFarEnd(FarReply("喂"))
    call = await dial_sound(clock, announcements, "answers", far_end, agents=agents)
    assert isinstance(await call.answer(), Answered)
    assert isinstance(call, Transferable)
    taken: list[float] = []
    order = replace(ORDER, taken=lambda: taken.append(clock.slept_s))
    assert (await call.transfer(order)).end is end
    assert len(taken) == (end is TransferEnd.TAKEN)
    assert all(at < clock.slept_s for at in taken)  # told when they begin to talk
    assert call.cause is HangupCause.NORMAL
