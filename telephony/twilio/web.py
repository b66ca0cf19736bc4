"""The web application that Twilio calls: webhooks and streams, each of them signed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from telephony.numbers import is_e164
from telephony.twilio.call import TwilioCall
from telephony.twilio.copies import Copies
from telephony.twilio.progress import Report
from telephony.twilio.server import MediaStreams
from telephony.twilio.settings import TwilioSettings
from telephony.twilio.signature import FORM, Form, Signed
from telephony.twilio.sms import SmsDesk
from telephony.twilio.switchboard import Switchboard
from telephony.twilio.transfer_hooks import TransferHooks
from telephony.twilio.twiml import TOKEN, no_reply, reject, stream_to

_log = logging.getLogger(__name__)

CALL = "call"
"""The query parameter that carries a call's token in its callbacks."""

ReceiveCall = Callable[[str], TwilioCall]
"""sid → the call to us that rings."""


class Webhooks:
    """The endpoints. What they are told has been signed by Twilio for this account."""

    def __init__(
        self,
        settings: TwilioSettings,
        board: Switchboard,
        receive: ReceiveCall,
        desk: SmsDesk,
        copies: Copies,
    ) -> None:
        self._settings = settings
        self._board = board
        self._receive = receive
        self._desk = desk
        self._copies = copies
        self.transfer = TransferHooks(board, self._own, CALL)

    async def status(self, request: Request) -> Response:
        """How a call stands: also Twilio's word on who picked up."""
        form = self._own(request)
        if form is None:
            return _refused()
        try:
            report = Report.of_form(form)
        except ValueError:
            return PlainTextResponse("not a call's status", status_code=400)
        token = request.query_params.get(CALL, "")
        call = None if token else self._board.find(report.call_sid)
        known = call.report(report) if call is not None else self._board.report(token, report)
        # Late news of a call that is over is no error: Twilio would only report one to the account's owner.
        if not known:
            _log.info("%s: a status of a call that is not ours any more", report.call_sid)
        return Response(status_code=204)

    async def voice(self, request: Request) -> Response:
        """Somebody calls us."""
        form = self._own(request)
        sid = form.get("CallSid", "") if form is not None else ""
        if form is None or not sid:
            return _refused()
        call = self._board.find(sid)  # Twilio asks again when our answer was lost
        if call is None:
            call = self._receive(sid)
            number = form.get("From", "")
            if not self._board.ring(call, number if is_e164(number) else None):
                _log.warning("%s: a call to us was turned away: nobody takes calls", sid)
                return _twiml(reject())
        parameters = {TOKEN: call.token}
        return _twiml(stream_to(self._settings.media_url, parameters, self._settings.fallback_audio))

    async def sms(self, request: Request) -> Response:
        """A text message came in."""
        form = self._own(request)
        if form is None:
            return _refused()
        await self._desk.received(form)
        return _twiml(no_reply())

    async def sms_status(self, request: Request) -> Response:
        """How a text message of ours stands."""
        form = self._own(request)
        if form is None:
            return _refused()
        await self._desk.receipt(form)
        return Response(status_code=204)

    async def recording(self, request: Request) -> Response:
        """A recording that Twilio made is ready."""
        form = self._own(request)
        if form is None:
            return _refused()
        self._copies.told(form)
        return Response(status_code=204)

    async def ping(self, _request: Request) -> Response:
        """Whether the public address leads here, signature and all."""
        return PlainTextResponse("xiaorong")

    def _own(self, request: Request) -> Form | None:
        """The form, where it is of this account: subaccounts may share a secret."""
        form = cast(Form, request.scope["state"][FORM])
        return form if form.get("AccountSid") == self._settings.account_sid else None


def create_site(settings: TwilioSettings, webhooks: Webhooks, streams: MediaStreams) -> Starlette:
    """The application, with everything that Twilio may ask for and nothing else."""
    return Starlette(
        routes=[
            Route("/twilio/status", webhooks.status, methods=["POST"]),
            Route("/twilio/voice", webhooks.voice, methods=["POST"]),
            Route("/twilio/sms", webhooks.sms, methods=["POST"]),
            Route("/twilio/sms/status", webhooks.sms_status, methods=["POST"]),
            Route("/twilio/transfer/whisper", webhooks.transfer.whisper, methods=["POST"]),
            Route("/twilio/transfer/accept", webhooks.transfer.accept, methods=["POST"]),
            Route("/twilio/transfer/end", webhooks.transfer.end, methods=["POST"]),
            Route("/twilio/recording", webhooks.recording, methods=["POST"]),
            Route("/twilio/ping", webhooks.ping, methods=["POST"]),
            WebSocketRoute("/twilio/media", streams.endpoint),
        ],
        middleware=[
            Middleware(
                Signed,
                public_url=settings.public_url,
                auth_token=settings.auth_token.get_secret_value(),
            )
        ],
    )


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")


def _refused() -> Response:
    return PlainTextResponse("of another account", status_code=403)
