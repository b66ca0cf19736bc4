"""The webhooks of calls that are handed over to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from telephony.twilio.handing import AGENT, Handing
from telephony.twilio.signature import Form
from telephony.twilio.switchboard import Switchboard
from telephony.twilio.twiml import say_and_hang_up

Step = Callable[[Handing, int, Mapping[str, str]], str]
"""(handing, which agent, form) → TwiML."""


class TransferHooks:
    """``own`` gives the form of a request of this account, None for another's."""

    def __init__(
        self, board: Switchboard, own: Callable[[Request], Form | None], call_parameter: str
    ) -> None:
        self._board, self._own, self._call_parameter = board, own, call_parameter

    async def whisper(self, request: Request) -> Response:
        """An agent has answered: what are they told?"""
        return self._answer(request, lambda handing, nth, _form: handing.whisper(nth))

    async def accept(self, request: Request) -> Response:
        """An agent has pressed a key."""
        return self._answer(request, lambda handing, nth, form: handing.accept(nth, form.get("Digits", "")))

    async def end(self, request: Request) -> Response:
        """An agent's part is over: how does the caller's call go on?"""
        return self._answer(request, lambda handing, nth, form: handing.end(nth, form))

    def _answer(self, request: Request, step: Step) -> Response:
        form = self._own(request)
        if form is None:
            return Response("of another account", status_code=403)
        call = self._board.of_token(request.query_params.get(self._call_parameter, ""))
        nth = request.query_params.get(AGENT, "")
        if call is None or call.handing is None or not (nth.isascii() and nth.isdigit() and len(nth) < 4):
            return _twiml(say_and_hang_up())  # over long ago
        return _twiml(step(call.handing, int(nth), form))


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")
