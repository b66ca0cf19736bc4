"""How a dial ended, from the last that Twilio told of it."""

from __future__ import annotations

from typing import Final

from telephony.errors import TrunkFault
from telephony.line import NotAnswered
from telephony.outcome import Evidence, conclude
from telephony.status import HangupCause, NumberStatus
from telephony.twilio.faults import Kind, fault_of
from telephony.twilio.progress import CallStatus, Progress
from telephony.wording import worded

# What a phone that rang and was let ring may end with; by themselves they would say something of the network.
_UNANSWERED_SIP: Final = frozenset({408, 480, 487})


def by_machine(answered_by: str | None) -> bool:
    """Whether Twilio's AnsweredBy names a machine: to it nothing is said."""
    return answered_by is not None and (answered_by.startswith("machine") or answered_by == "fax")


def not_answered(seen: Progress, ring_s: float) -> NotAnswered:
    """The end of a call that is over without anybody to talk to.

    Raises TrunkFault when the trunk failed and not the number.
    """
    if by_machine(seen.answered_by):
        return NotAnswered(HangupCause.ASSISTANT, NumberStatus.ACTIVE, ring_s, seen.sip_code)
    if seen.answered:
        # They picked up, and the sound never came: it counts as a call, for they were rung.
        return NotAnswered(HangupCause.DROPPED, NumberStatus.ACTIVE, ring_s, seen.sip_code)
    if seen.status is CallStatus.CANCELED:
        return NotAnswered(HangupCause.NO_ANSWER, None, ring_s, seen.sip_code)
    sip = seen.sip_code
    if seen.error_code is not None and (sip is None or sip == 0):
        fault = fault_of(seen.error_code)
        if fault.kind is not Kind.NUMBER or fault.cause is None:
            raise TrunkFault(worded("twilio_fault", code=seen.error_code, says=fault.says), fault.trouble)
        return NotAnswered(fault.cause, fault.status, ring_s)
    unanswered = seen.status is CallStatus.NO_ANSWER
    if unanswered and sip in _UNANSWERED_SIP:
        sip = None
    if seen.status is CallStatus.BUSY and sip is None:
        sip = 486
    ended = conclude(Evidence(sip_code=sip, rang=seen.rang, timed_out=unanswered))
    return NotAnswered(ended.cause, ended.status, ring_s, seen.sip_code)
