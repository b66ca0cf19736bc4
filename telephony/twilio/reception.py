"""Calls that come in over Twilio."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from telephony.carrier import LineSetup
from telephony.line import Incoming
from telephony.twilio.exchange import Exchange, open_exchange


class TwilioInbound:
    """An ``InboundCalls`` (``telephony.line``): the account's numbers must have our webhook ``voice``."""

    name = "twilio"
    simulated = False

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def calls(self) -> AsyncGenerator[Incoming]:
        """Each call as it begins to ring. While nobody asks, callers are told that we are busy."""
        await self._exchange.open()
        async with aclosing(self._exchange.board.incoming()) as calls:
            async for incoming in calls:
                yield incoming


def build(setup: LineSetup) -> TwilioInbound:
    """Calls to us from their settings. Raises LineConfigError."""
    return TwilioInbound(open_exchange(setup))
