"""The Twilio carrier: places calls by REST; their sound comes by Media Streams."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from telephony.carrier import LineSetup
from telephony.line import DialOrder, NotAnswered
from telephony.permits import PermitClaims
from telephony.twilio.api import Refused, Unsure
from telephony.twilio.call import Patience, TwilioCall
from telephony.twilio.exchange import Exchange, open_exchange
from telephony.twilio.faults import Kind
from telephony.twilio.progress import CallStatus, Report
from telephony.twilio.settings import MachineDetection
from telephony.twilio.switchboard import new_token
from telephony.twilio.twiml import TOKEN, stream_to
from telephony.twilio.web import CALL

_log = logging.getLogger(__name__)

EVENTS: Final = ("initiated", "ringing", "answered", "completed")
"""What Twilio is asked to report of a call."""

_SKEW: Final = timedelta(seconds=5)  # between our clock and Twilio's, which tells whole seconds
_LATEST: Final = 20
_VERDICT_S: Final = 2.0  # for the callback that carries Twilio's verdict


class TwilioCarrier:
    """Places calls over ``exchange``."""

    name = "twilio"
    simulated = False

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def place(self, order: DialOrder, permit: PermitClaims) -> TwilioCall:
        """Place a call; to a number that Twilio refuses, one that is not answered. Raises TrunkFault."""
        exchange = self._exchange
        await exchange.open()
        placed_at = exchange.clock.now()

        async def fetch(call: TwilioCall) -> Report | None:
            return await exchange.fetch(call) if call.sid else await self._look_for(order, placed_at)

        call = TwilioCall(new_token(), order.number, self._patience(order), exchange, fetch=fetch)
        exchange.board.add(call)  # before it is asked for: callbacks may come before the answer
        try:
            wanted = self._wanted(order, call.token)
            created = await exchange.api.ask(lambda client: client.calls.create_async(**wanted))
        except Unsure as unsure:
            # It may ring. Dialling again could ring twice; its callbacks or the list of calls will tell.
            _log.warning("attempt %d: %s; it is looked for", permit.attempt_id, unsure)
            return call
        except Refused as refused:
            exchange.board.forget(call)
            fault = refused.fault
            if fault.kind is not Kind.NUMBER or fault.cause is None:
                raise
            _log.info("attempt %d: %s", permit.attempt_id, refused)
            call.refuse(NotAnswered(fault.cause, fault.status, 0.0))
            return call
        except BaseException:
            exchange.board.forget(call)
            raise
        call.report(Report(created.sid))
        return call

    def _wanted(self, order: DialOrder, token: str) -> dict[str, Any]:
        settings = self._exchange.settings
        callback = f"{settings.webhook('status')}?{CALL}={token}"
        wanted: dict[str, Any] = {
            "to": order.number,
            "from_": order.caller_id,
            "twiml": stream_to(settings.media_url, {TOKEN: token}, settings.fallback_audio),
            "timeout": round(order.ring_timeout_s),
            "status_callback": callback,
            "status_callback_event": list(EVENTS),
            "status_callback_method": "POST",
        }
        if settings.machine_detection is MachineDetection.TWILIO:
            # Beside the call and not before it: a person does not wait in silence for the verdict.
            wanted |= {
                "machine_detection": "Enable",
                "machine_detection_timeout": settings.machine_detection_s,
                "async_amd": "true",
                "async_amd_status_callback": callback,
                "async_amd_status_callback_method": "POST",
            }
        return wanted

    def _patience(self, order: DialOrder) -> Patience:
        settings = self._exchange.settings
        detects = settings.machine_detection is MachineDetection.TWILIO
        return Patience(
            order.ring_timeout_s,
            settings.stream_s,
            settings.reconcile_s,
            settings.machine_detection_s + _VERDICT_S if detects else 0.0,
            settings.apology_s,
        )

    async def _look_for(self, order: DialOrder, placed_at: datetime) -> Report | None:
        """The call of ``order``, of which Twilio's answer was lost. Raises TrunkFault."""
        latest = await self._exchange.api.ask(
            lambda client: client.calls.list_async(to=order.number, from_=order.caller_id, limit=_LATEST)
        )
        for told in latest:
            created_at: datetime | None = told.date_created
            taken = self._exchange.board.find(told.sid) is not None
            if created_at is not None and created_at >= placed_at - _SKEW and not taken:
                return Report(told.sid, CallStatus(str(told.status)), answered_by=told.answered_by or None)
        return None


def build(setup: LineSetup) -> TwilioCarrier:
    """The Twilio carrier from its settings. Raises LineConfigError."""
    return TwilioCarrier(open_exchange(setup))
