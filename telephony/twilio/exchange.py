"""The parts of the Twilio line around one account: its API, its web application, and the calls that live."""

from __future__ import annotations

import logging

import httpx
from starlette.applications import Starlette

from telephony.carrier import LineSetup
from telephony.clock import Clock
from telephony.copies import Shelf
from telephony.datafile import load_model
from telephony.door import Door
from telephony.errors import TrunkFault
from telephony.mailbox import Mailbox
from telephony.twilio.api import Refused, TwilioApi
from telephony.twilio.call import Patience, TwilioCall
from telephony.twilio.copies import Copies
from telephony.twilio.door import WebDoor
from telephony.twilio.progress import CallStatus, Report
from telephony.twilio.server import MediaStreams
from telephony.twilio.settings import TwilioSettings
from telephony.twilio.sms import SmsDesk, TwilioMessenger
from telephony.twilio.switchboard import Switchboard, new_token
from telephony.twilio.web import CALL, Webhooks, create_site

_log = logging.getLogger(__name__)

# The call is not there, or over already: what was wanted.
_OVER_ALREADY = frozenset({20404, 21220})


class Exchange:
    """Shared by the carrier, the calls to us and the messenger of one process.

    ``transport`` stands in for the network to Twilio, ``door`` for the way from it.
    """

    def __init__(
        self,
        settings: TwilioSettings,
        clock: Clock,
        *,
        door: Door | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        shelf: Shelf | None = None,
        mailbox: Mailbox | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.api = TwilioApi(settings, clock, transport)
        self.board = Switchboard()
        self.desk = SmsDesk(mailbox)
        self.copies = Copies(
            self.api, clock, shelf if settings.record else None, settings.webhook("recording")
        )
        self._door = door or WebDoor(settings.listen_host, settings.listen_port)
        streams = MediaStreams(self.board.connect, max_calls=settings.max_calls)
        self.app: Starlette = create_site(
            settings, Webhooks(settings, self.board, self.receive, self.desk, self.copies), streams
        )

    async def open(self) -> None:
        """Let Twilio in; harmless when it is. Raises LineConfigError."""
        await self._door.open(self.app)

    async def close(self) -> None:
        """Let nobody in any more, once the recordings that are still to come are here."""
        await self.copies.close()
        await self._door.close()

    def messenger(self) -> TwilioMessenger:
        """Text messages over this account."""
        return TwilioMessenger(self.settings, self.api, self.desk, self.open)

    def receive(self, sid: str) -> TwilioCall:
        """The call to us of this sid."""
        patience = Patience(ring_s=0.0, stream_s=self.settings.stream_s, apology_s=self.settings.apology_s)
        return TwilioCall(new_token(), "", patience, self, sid=sid)

    @property
    def caller_id(self) -> str:
        """The number that we call from."""
        return self.settings.caller_number

    def answered(self, call: TwilioCall) -> None:
        """Somebody has picked up ``call``, and is to be talked to."""
        if call.sid is not None:
            self.copies.begin(call.sid)

    def forget(self, call: TwilioCall) -> None:
        """``call`` is over."""
        self.board.forget(call)

    def hook(self, name: str, call: TwilioCall) -> str:
        """Where Twilio asks for ``name`` on behalf of ``call``."""
        return f"{self.settings.webhook(name)}?{CALL}={call.token}"

    async def fetch(self, call: TwilioCall) -> Report | None:
        """How ``call`` stands by the API; None where it has no such call. Raises TrunkFault."""
        sid = call.sid
        if sid is None:
            return None
        try:
            told = await self.api.ask(lambda client: client.calls(sid).fetch_async())
        except Refused as refused:
            if refused.code == 20404:
                return None
            raise
        return Report(told.sid, CallStatus(str(told.status)), answered_by=told.answered_by or None)

    async def redirect(self, sid: str, twiml: str) -> None:
        """Have Twilio leave what it does with the call and do ``twiml``. Raises TrunkFault."""
        await self.api.ask(lambda client: client.calls(sid).update_async(twiml=twiml))

    async def end(self, sid: str) -> None:
        """End the call, ringing or answered; harmless when it is over. Raises TrunkFault."""
        try:
            await self.api.ask(lambda client: client.calls(sid).update_async(status="completed"))
        except Refused as refused:
            if refused.code not in _OVER_ALREADY:
                raise
        except TrunkFault as fault:
            _log.warning("%s: it may go on: %s", sid, fault)


def open_exchange(setup: LineSetup) -> Exchange:
    """The exchange of this setup: one for everything that is opened with it. Raises LineConfigError."""

    def make() -> Exchange:
        settings = load_model(setup.settings, TwilioSettings, name="twilio line")
        return Exchange(settings, setup.clock, door=setup.door, shelf=setup.shelf, mailbox=setup.mailbox)

    return setup.connections.get(Exchange, make)
