"""Twilio's REST interface through its own library: the client, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client

from telephony.clock import Clock
from telephony.errors import TrunkFault
from telephony.twilio.faults import Fault, Kind, fault_of
from telephony.twilio.http import HttpxClient
from telephony.twilio.settings import TwilioSettings

Answer = TypeVar("Answer")

PAUSES_S: Final = (0.5, 1.0, 2.0)
"""Waits between tries of what Twilio turned away for now."""

# The library takes from the environment what it is not given; the settings alone shall count.
_NO_ENVIRONMENT: Final = {"": ""}


class Refused(TrunkFault):
    """Twilio refused a request. ``fault`` says whose fault it is; ``code`` is Twilio's."""

    def __init__(self, fault: Fault, code: int | None) -> None:
        self.fault, self.code = fault, code
        message = f"Twilio {code}: {fault.says}" if code is not None else fault.says
        super().__init__(message, stops_line=fault.stops_line)


class Unsure(TrunkFault):
    """No answer came: what was asked for may have been done, or not."""


class TwilioApi:
    """The account's interface. ``transport`` stands in for the network."""

    def __init__(
        self, settings: TwilioSettings, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        secret = settings.api_secret or settings.auth_token
        self._clock = clock
        self.client: Any = Client(
            settings.api_key or settings.account_sid,
            secret.get_secret_value(),
            settings.account_sid,
            region=settings.region,
            edge=settings.edge,
            http_client=HttpxClient(settings.request_s, transport),
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

    async def _once(self, request: Callable[[Any], Awaitable[Answer]]) -> Answer:
        try:
            return await request(self.client)
        except (TwilioRestException, TwilioServiceException) as error:
            code = error.code or None
            if error.status >= 500:
                raise Unsure(f"Twilio failed with HTTP {error.status}: see status.twilio.com") from None
            # Its own text repeats the number that was asked for.
            raise Refused(fault_of(code, error.status), code) from None
        except TwilioException:
            raise Unsure("Twilio's answer cannot be read: a proxy may stand between") from None
        except (httpx.ConnectError, httpx.ConnectTimeout):
            fault = Fault(kind=Kind.LATER, says="Twilio cannot be reached: check network, region and edge")
            raise Refused(fault, None) from None
        except httpx.HTTPError as error:
            raise Unsure(f"Twilio did not answer: {type(error).__name__}") from None
