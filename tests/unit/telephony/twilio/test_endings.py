"""How a call leaves its stream: by our goodbye, by a fault of ours, or into nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telephony.errors import CallEnded
from telephony.line import Answered, Sound
from telephony.status import HangupCause
from tests.unit.telephony.twilio.exchanging import exchange_of, place
from tests.unit.telephony.twilio.fake_account import FakeAccount, FakeCall, Phone
from tests.unit.telephony.twilio.published import FOLDER
from tests.virtual_loop import run

APOLOGY = "https://elsewhere.example.com/sorry.wav"


async def connected(account: FakeAccount, **settings: Any) -> tuple[Any, FakeCall]:
    call = await place(exchange_of(account, fallback_audio=APOLOGY, **settings))
    assert isinstance(await call.answer(), Answered)
    return call, account.calls[call.id]


async def listen(call: Any) -> None:
    while True:
        await call.receive(1.0)


def test_nobody_hears_an_apology_after_a_goodbye() -> None:
    async def work() -> None:
        call, fake = await connected(FakeAccount(published=FOLDER.is_dir()))
        await call.send(Sound(bytes(16_000)))
        await call.hang_up()
        await asyncio.sleep(1)
        assert (fake.status, fake.after_connect) == ("completed", [])
        assert call.cause is HangupCause.NORMAL

    run(work())


def test_a_caller_who_loses_the_bot_hears_the_apology_to_its_end() -> None:
    async def work() -> None:
        account = FakeAccount()
        call, fake = await connected(account)
        assert fake.socket is not None
        fake.socket.break_off()
        with pytest.raises(CallEnded):
            await listen(call)
        await call.hang_up()
        assert fake.after_connect == ["Play", "Hangup"]
        assert call.cause is HangupCause.DROPPED
        assert not [asked for asked in account.asked if asked.startswith("POST") and fake.sid in asked]

    run(work())


def test_without_news_of_its_end_a_lost_call_is_ended_all_the_same() -> None:
    async def work() -> None:
        account = FakeAccount()
        account.way.lost = frozenset({"completed"})
        call, fake = await connected(account)
        assert fake.socket is not None
        fake.socket.break_off()
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(0.1)
        await call.hang_up()
        assert asyncio.get_running_loop().time() - began == pytest.approx(15.0, abs=0.5)
        assert any(asked.startswith("POST") and fake.sid in asked for asked in account.asked)

    run(work())


def test_an_api_that_is_away_holds_no_line() -> None:
    async def work() -> None:
        account = FakeAccount()
        call, fake = await connected(account)
        account.refusals = [(429, 20429)] * 4
        began = asyncio.get_running_loop().time()
        await call.hang_up()
        assert asyncio.get_running_loop().time() - began < 5.0
        await asyncio.sleep(1)
        assert fake.status == "completed"
        assert call.cause is HangupCause.NORMAL

    run(work())


def test_hanging_up_twice_at_once_asks_once() -> None:
    async def work() -> None:
        account = FakeAccount(Phone())
        call, fake = await connected(account)
        await asyncio.gather(call.hang_up(), call.hang_up())
        assert len([asked for asked in account.asked if asked.startswith("POST") and fake.sid in asked]) == 1

    run(work())
