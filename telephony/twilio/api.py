"""Twilio's REST interface through its own library: the client, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client

from telephony.clock import Clock
from telephony.errors import NotDone, Trouble, TrunkFault
from telephony.twilio.faults import Fault, Kind, fault_of
from telephony.twilio.http import HttpxClient
from telephony.twilio.settings import TwilioSettings
from telephony.wording import worded

Answer = TypeVar("Answer")

PAUSES_S: Final = (0.5, 1.0, 2.0)
"""Waits between tries of what Twilio turned away for now."""

# The library takes from the environment what it is not given; the settings alone shall count.
_NO_ENVIRONMENT: Final = {"": ""}


class Refused(NotDone):
    """Twilio refused a request. ``fault`` says whose fault it is; ``code`` is Twilio's."""

    def __init__(self, fault: Fault, code: int | None, trouble: Trouble | None = None) -> None:
        self.fault, self.code = fault, code
        says = fault.says if code is None else worded("twilio_fault", code=code, says=fault.says)
        super().__init__(says, trouble or fault.trouble)


class Unsure(TrunkFault):
    """No answer came: what was asked for may have been done, or not."""


class TwilioApi:
    """The account's interface. ``transport`` stands in for the network."""

    def __init__(
        self, settings: TwilioSettings, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        secret = settings.api_secret or settings.auth_token
        self._clock = clock
        self._http = HttpxClient(settings.request_s, transport)
        self._account = settings.account_sid
        self._login = settings.api_key or settings.account_sid, secret.get_secret_value()
        self.client: Any = Client(
            settings.api_key or settings.account_sid,
            secret.get_secret_value(),
            settings.account_sid,
            region=settings.region,
            edge=settings.edge,
            http_client=self._http,
            environment=_NO_ENVIRONMENT,
        )

    async def ask(self, request: Callable[[Any], Awaitable[Answer]]) -> Answer:
        """What Twilio answers to ``request``; tried again where nothing was done.

        Raises Refused; Unsure when it is not known whether the request was carried out.
        """
        for pause_s in PAUSES_S:
            try:
                return await self._once(request)
            except Refused as refused:
                if refused.fault.kind is not Kind.LATER:
                    raise
            await self._clock.sleep(pause_s)
        return await self._once(request)

    async def recording(self, sid: str) -> bytes:
        """The WAV file of a recording, both channels. Raises Refused, Unsure."""
        url = f"https://api.twilio.com/2010-04-01/Accounts/{self._account}/Recordings/{sid}.wav"
        try:
            answer = await self._http.download(
                self.client.get_hostname(url), {"RequestedChannels": "2"}, self._login
            )
        except httpx.HTTPError as error:
            raise Unsure(worded("twilio_silent", why=type(error).__name__)) from None
        if answer.status_code != httpx.codes.OK:
            raise Refused(fault_of(None, answer.status_code), None)
        return answer.content

    async def _once(self, request: Callable[[Any], Awaitable[Answer]]) -> Answer:
        try:
            return await request(self.client)
        except (TwilioRestException, TwilioServiceException) as error:
            code = error.code or None
            if error.status >= 500:
                raise Unsure(worded("twilio_failed", status=error.status)) from None
            # Its own text repeats the number that was asked for.
            raise Refused(fault_of(code, error.status), code) from None
        except TwilioException:
            raise Unsure(worded("twilio_unread")) from None
        except (httpx.ConnectError, httpx.ConnectTimeout):
            fault = Fault(kind=Kind.LATER, says=worded("twilio_away"))
            raise Refused(fault, None, Trouble.AWAY) from None
        except httpx.HTTPError as error:
            raise Unsure(worded("twilio_silent", why=type(error).__name__)) from None
