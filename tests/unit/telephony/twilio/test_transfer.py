"""Calls handed over to a person: who is asked, what they hear first, and what is told of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from telephony.errors import CallEnded
from telephony.line import Answered, Sound
from telephony.transfer import Transferable, TransferEnd, TransferOrder, Transferred, Whisper
from telephony.twilio.exchange import Exchange
from tests.unit.telephony.twilio.exchanging import exchange_of, place
from tests.unit.telephony.twilio.fake_account import ACCOUNT, PUBLIC, Agent, FakeAccount, FakeCall, Phone
from tests.unit.telephony.twilio.published import FOLDER
from tests.virtual_loop import run

FIRST, SECOND = "+14155550111", "+14155550112"
ORDER = TransferOrder(
    (FIRST, SECOND), Whisper("客户要求人工服务", "zh-CN"), Whisper("抱歉，同事都在忙", "zh-CN"), ring_s=20.0
)


def about(seconds: float) -> Any:
    return pytest.approx(seconds)


async def connected(account: FakeAccount) -> tuple[Exchange, Any, FakeCall]:
    exchange = exchange_of(account)
    call = await place(exchange)
    assert isinstance(await call.answer(), Answered)
    return exchange, call, account.calls[call.id]


def account_of(first: Agent, second: Agent | None = None, times: int = 1) -> FakeAccount:
    account = FakeAccount(published=FOLDER.is_dir())
    account.agents = {FIRST: first, SECOND: second or Agent()}
    account.repeats_steps = times
    return account


@pytest.mark.parametrize("times", [1, 3])
def test_an_agent_hears_the_summary_and_takes_the_call_by_key(times: int) -> None:
    async def work() -> None:
        account = account_of(Agent(), times=times)
        exchange, call, fake = await connected(account)
        taken = call
        assert isinstance(call, Transferable)
        heard: list[str] = []
        told = await call.transfer(replace(ORDER, taken=lambda: heard.append(fake.status)))
        assert heard == ["in-progress"]  # once, and while they talk
        assert told == Transferred(TransferEnd.TAKEN, FIRST, about(8.0), about(60.0))
        assert fake.whispered == [ORDER.whisper.text] * 2
        assert (fake.said, fake.status, exchange.board.calls) == ([], "completed", 0)
        with pytest.raises(CallEnded):
            await taken.send(Sound(bytes(320)))

    run(work())


@pytest.mark.parametrize("first", [Agent(answers_s=None), Agent(key="2"), Agent(key="")])
def test_who_does_not_take_it_is_followed_by_the_next(first: Agent) -> None:
    async def work() -> None:
        account = account_of(first, times=2)
        _, call, fake = await connected(account)
        told = await call.transfer(ORDER)
        assert (told.end, told.agent) == (TransferEnd.TAKEN, SECOND)
        assert fake.said == []

    run(work())


def test_when_nobody_takes_it_the_caller_is_told() -> None:
    async def work() -> None:
        account = account_of(Agent(answers_s=None), Agent(key=""))
        _, call, fake = await connected(account)
        told = await call.transfer(ORDER)
        assert told == Transferred(TransferEnd.NOBODY, None, about(28.0))
        assert (fake.said, fake.status) == ([ORDER.sorry.text], "completed")

    run(work())


def test_a_caller_who_does_not_wait_has_left() -> None:
    async def work() -> None:
        account = account_of(Agent(answers_s=None))
        _, call, fake = await connected(account)
        asyncio.get_running_loop().call_later(9.0, account.caller_leaves, fake)
        told = await call.transfer(ORDER)
        assert told == Transferred(TransferEnd.ABANDONED, None, about(9.0))

    run(work())


def test_an_api_that_refuses_leaves_the_call_where_it_is() -> None:
    async def work() -> None:
        account = account_of(Agent())
        _, call, fake = await connected(account)
        account.refusals = [(400, 21220)]
        assert (await call.transfer(ORDER)).end is TransferEnd.FAILED
        assert fake.status == "in-progress"
        await call.hang_up()
        assert fake.status == "completed"

    run(work())


def test_lost_callbacks_are_made_up_for_by_asking() -> None:
    async def work() -> None:
        account = account_of(Agent(talks_s=100.0))
        account.way.lost = frozenset({"initiated", "ringing", "answered", "completed"})
        _, call, fake = await connected(account)
        asyncio.get_running_loop().call_later(40.0, account.caller_leaves, fake)
        told = await call.transfer(ORDER)
        assert (told.end, told.agent) == (TransferEnd.TAKEN, FIRST)
        assert told.talked_s == pytest.approx(32.0, abs=15.0)

    run(work())


def test_a_step_of_a_call_that_is_over_or_of_none_ends_it() -> None:
    async def work() -> None:
        account = account_of(Agent())
        exchange_of(account)
        form = {"AccountSid": ACCOUNT, "CallSid": "CA" + "1" * 32}
        for query in ("", "?call=x", "?call=x&agent=0", "?agent=-1", "?call=x&agent=" + "9" * 5000):
            for step in ("whisper", "accept", "end"):
                answer = await account.post(f"{PUBLIC}/twilio/transfer/{step}{query}", form)
                assert answer.status_code == 200
                assert "<Hangup" in answer.text
        answer = await account.post(f"{PUBLIC}/twilio/transfer/end", form | {"AccountSid": "AC" + "9" * 32})
        assert answer.status_code == 403

    run(work())


def test_an_order_needs_agents_and_one_key() -> None:
    for wrong in ({"agents": ()}, {"accept": "12"}, {"accept": "x"}):
        with pytest.raises(ValueError, match=r"one key|somebody"):
            replace(ORDER, **wrong)


def test_a_call_that_is_over_is_not_transferred() -> None:
    async def work() -> None:
        account = FakeAccount(Phone(hangs_up_after_s=1.0))
        _, call, _ = await connected(account)
        await asyncio.sleep(3)
        with pytest.raises(CallEnded):
            await call.transfer(ORDER)

    run(work())
