"""An exchange before a fake account, for tests on virtual time."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from telephony.line import DialOrder
from telephony.mailbox import Mailbox
from telephony.twilio.carrier import TwilioCarrier
from telephony.twilio.exchange import Exchange
from telephony.twilio.settings import TwilioSettings
from tests.unit.telephony.fakes import NUMBER, FakeClock, claims
from tests.unit.telephony.twilio.fake_account import CALLER, SETTINGS, FakeAccount


class OpenDoor:
    """Hands the application to the account."""

    def __init__(self, account: FakeAccount) -> None:
        self._account = account

    async def open(self, app: Starlette) -> None:
        self._account.app = app

    async def close(self) -> None:
        self._account.app = None


def exchange_of(account: FakeAccount, *, mailbox: Mailbox | None = None, **settings: Any) -> Exchange:
    clock = FakeClock()
    clock.moment = account.now
    wanted = TwilioSettings(**(SETTINGS | settings))
    exchange = Exchange(wanted, clock, door=OpenDoor(account), transport=account, mailbox=mailbox)
    account.app = exchange.app
    return exchange


async def place(exchange: Exchange, number: str = NUMBER, ring_timeout_s: float = 45.0) -> Any:
    """A dial that its permit allows."""
    order = DialOrder(number, CALLER, "", ring_timeout_s)
    return await TwilioCarrier(exchange).place(order, claims(exchange.clock, number=number))
