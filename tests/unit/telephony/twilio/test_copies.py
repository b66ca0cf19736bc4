"""Recordings that Twilio makes: brought once, deleted there, and never lost without a word."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telephony.copies import CarrierCopy
from telephony.errors import LineError
from telephony.line import Answered, Sound
from telephony.twilio.exchange import Exchange
from telephony.twilio.settings import TwilioSettings
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.twilio.exchanging import OpenDoor, place
from tests.unit.telephony.twilio.fake_account import SETTINGS, FakeAccount, Way
from tests.unit.telephony.twilio.published import FOLDER
from tests.virtual_loop import run


class Shelf:
    """Refuses the first ``refuses`` times."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses = refuses
        self.kept: list[CarrierCopy] = []

    async def keep(self, copy: CarrierCopy) -> None:
        if self.refuses:
            self.refuses -= 1
            raise LineError("its call is not on record yet")
        self.kept.append(copy)


def exchange_of(account: FakeAccount, shelf: Shelf, **settings: Any) -> Exchange:
    clock = FakeClock()
    clock.moment = account.now
    wanted = TwilioSettings(**(SETTINGS | {"record": True} | settings))
    exchange = Exchange(wanted, clock, door=OpenDoor(account), transport=account, shelf=shelf)
    account.app = exchange.app
    return exchange


async def hold(exchange: Exchange) -> Any:
    call = await place(exchange)
    assert isinstance(await call.answer(), Answered)
    await call.send(Sound(bytes(3200)))
    await asyncio.sleep(1.0)
    await call.hang_up()
    await asyncio.sleep(1.0)
    return call


@pytest.mark.parametrize("way", [Way(), Way(times=3), Way(lost=frozenset({"recorded"}))])
def test_a_recording_is_brought_once_and_deleted_at_twilio(way: Way) -> None:
    async def work() -> None:
        account, shelf = FakeAccount(way=way, published=FOLDER.is_dir()), Shelf()
        exchange = exchange_of(account, shelf)
        call = await hold(exchange)
        await exchange.close()
        [copy] = shelf.kept
        assert (copy.call_id, account.recorded, exchange.copies.lost) == (call.id, {}, 0)
        assert len(copy.customer) == len(copy.ours) == 3200
        assert set(copy.customer) == {7, 0}

    run(work())


def test_what_fails_is_tried_again_and_deleted_only_when_it_is_kept() -> None:
    async def work() -> None:
        account, shelf = FakeAccount(), Shelf(refuses=2)
        account.lost_sounds = 2
        exchange = exchange_of(account, shelf)
        await hold(exchange)
        await exchange.close()
        assert (len(shelf.kept), account.recorded) == (1, {})

    run(work())


def test_what_cannot_be_brought_stays_at_twilio_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        account, shelf = FakeAccount(), Shelf(refuses=100)
        exchange = exchange_of(account, shelf)
        call = await hold(exchange)
        await exchange.close()
        assert (shelf.kept, exchange.copies.lost, len(account.recorded)) == ([], 1, 1)
        assert f"of call {call.id} was not brought here" in caplog.text

    run(work())


def test_without_the_setting_nothing_is_recorded() -> None:
    async def work() -> None:
        account, shelf = FakeAccount(), Shelf()
        exchange = exchange_of(account, shelf, record=False)
        await hold(exchange)
        await exchange.close()
        assert (account.recorded, shelf.kept) == ({}, [])
        assert not [asked for asked in account.asked if "Recordings" in asked]

    run(work())


def test_a_recording_of_nothing_is_waited_for_no_longer() -> None:
    async def work() -> None:
        account, shelf = FakeAccount(way=Way(lost=frozenset({"recorded"}))), Shelf()
        exchange = exchange_of(account, shelf)
        call = await hold(exchange)
        await account.recording_ready(account.calls[call.id], "absent")
        await exchange.close()
        assert (shelf.kept, exchange.copies.lost) == ([], 0)

    run(work())
