"""The calls that live, by the secret that their callbacks and streams carry."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from secrets import token_urlsafe
from typing import Final

from telephony.line import AudioCall, Incoming
from telephony.twilio.call import TwilioCall
from telephony.twilio.media_stream import MediaStreamCall
from telephony.twilio.messages import Start
from telephony.twilio.progress import Report
from telephony.twilio.twiml import TOKEN

_log = logging.getLogger(__name__)

MAX_WAITING: Final = 20
"""Calls to us that ring at once; more are told that we are busy."""


def new_token() -> str:
    """A secret nobody can guess; short enough for a ``<Parameter>``."""
    return token_urlsafe(24)


class Switchboard:
    """Brings what Twilio says of a call, and its sound, to that call."""

    def __init__(self) -> None:
        self._calls: dict[str, TwilioCall] = {}
        self._waiting: asyncio.Queue[Incoming] = asyncio.Queue(MAX_WAITING)
        self.attended = False  # somebody takes the calls to us

    @property
    def calls(self) -> int:
        """Calls that live."""
        return len(self._calls)

    def add(self, call: TwilioCall) -> None:
        """Expect callbacks and a stream for ``call``."""
        self._calls[call.token] = call

    def forget(self, call: TwilioCall) -> None:
        """``call`` is over; what comes for it now concerns nobody."""
        self._calls.pop(call.token, None)

    def find(self, call_sid: str) -> TwilioCall | None:
        """The living call of this sid."""
        return next((call for call in self._calls.values() if call.sid == call_sid), None)

    def of_token(self, token: str) -> TwilioCall | None:
        """The living call of this secret."""
        return self._calls.get(token)

    def report(self, token: str, report: Report) -> bool:
        """Bring a report to its call; False when there is none, or it is of another."""
        call = self._calls.get(token)
        return call is not None and call.report(report)

    async def connect(self, stream: AudioCall, start: Start) -> None:
        """Hold a stream for its call: the handler of ``MediaStreams``."""
        call = self._calls.get(start.parameters.get(TOKEN, ""))
        if call is None or not isinstance(stream, MediaStreamCall):
            _log.warning("%s: a stream that belongs to no call was refused", start.call_sid)
            return
        await call.carry(stream)

    def ring(self, call: TwilioCall, number: str | None) -> bool:
        """A call to us rings; False when nobody can take it."""
        if not self.attended or self._waiting.full():
            return False
        self.add(call)
        self._waiting.put_nowait(Incoming(call, number))
        return True

    async def incoming(self) -> AsyncGenerator[Incoming]:
        """Each call to us as it begins to ring; closed, those that nobody took are hung up."""
        self.attended = True
        try:
            while True:
                yield await self._waiting.get()
        finally:
            self.attended = False
            while not self._waiting.empty():
                await self._waiting.get_nowait().call.hang_up()
