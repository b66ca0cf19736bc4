"""How a dial that nobody answered ended, from everything the line saw.

Order of trust: announcement heard, then SIP code, then Q.850 cause, then the network's tones. Where a SIP
code can mean two things, the Q.850 cause beside it decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from telephony.announcements import Announcement
from telephony.errors import Trouble, TrunkFault
from telephony.status import HangupCause, NumberStatus
from telephony.tones import Tone
from telephony.wording import worded

_BY_SIP = {
    404: HangupCause.NOT_IN_SERVICE,
    410: HangupCause.NOT_IN_SERVICE,
    484: HangupCause.NOT_IN_SERVICE,
    604: HangupCause.NOT_IN_SERVICE,
    408: HangupCause.UNREACHABLE,
    480: HangupCause.UNREACHABLE,
    502: HangupCause.UNREACHABLE,
    486: HangupCause.BUSY,
    600: HangupCause.BUSY,
    403: HangupCause.REJECTED,
    603: HangupCause.REJECTED,
    487: HangupCause.NO_ANSWER,
}
_BY_Q850 = {
    1: HangupCause.NOT_IN_SERVICE,
    22: HangupCause.NOT_IN_SERVICE,
    28: HangupCause.NOT_IN_SERVICE,
    20: HangupCause.POWERED_OFF,
    18: HangupCause.UNREACHABLE,
    19: HangupCause.UNREACHABLE,
    27: HangupCause.UNREACHABLE,
    17: HangupCause.BUSY,
    21: HangupCause.REJECTED,
    127: HangupCause.NO_ANSWER,
}
# 401 and 407: the trunk does not know us, and takes no call of ours; the number has no part in it.
_TROUBLES = {401: Trouble.SETUP, 407: Trouble.SETUP, 488: Trouble.AWAY, 503: Trouble.BUSY}
_TRUNK_Q850 = frozenset({34, 58})

# Congestion is the network's: it says nothing of the number.
_BY_TONE = {Tone.BUSY: HangupCause.BUSY, Tone.CONGESTION: None, Tone.RINGBACK: None}
_ENDING_TONES = frozenset({Tone.BUSY, Tone.CONGESTION})

_STATUS = {
    HangupCause.NOT_IN_SERVICE: NumberStatus.NOT_IN_SERVICE,
    HangupCause.SUSPENDED: NumberStatus.SUSPENDED,
    HangupCause.POWERED_OFF: NumberStatus.POWERED_OFF,
    HangupCause.UNREACHABLE: NumberStatus.UNREACHABLE,
    HangupCause.BUSY: NumberStatus.BUSY,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a line saw of a dial that was not answered."""

    announcement: Announcement | None = None
    sip_code: int | None = None
    q850: int | None = None
    rang: bool = False  # the far end alerted
    timed_out: bool = False  # we gave up ringing
    tone: Tone | None = None  # the last call-progress tone heard


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """How the dial ended, and what it tells of the number (None: nothing)."""

    cause: HangupCause
    status: NumberStatus | None


def conclude(seen: Evidence) -> DialOutcome:
    """Weigh ``seen``. Raises TrunkFault when it shows that the trunk failed and not the number.

    A dial of which nothing is understood is unreachable, with no status: nothing was learnt of the number.
    """
    announced = seen.announcement
    if announced is not None and announced.status is not None:
        return DialOutcome(announced.cause, announced.status)
    cause = _signalled(seen)
    if cause is not None:
        # A phone that rang is in service, whoever declined or let it ring.
        alerted = NumberStatus.ACTIVE if seen.rang or seen.tone is Tone.RINGBACK else None
        return DialOutcome(cause, _STATUS.get(cause, alerted))
    if announced is not None:
        return DialOutcome(announced.cause, None)
    return DialOutcome(HangupCause.UNREACHABLE, None)


def _signalled(seen: Evidence) -> HangupCause | None:
    sip, q850 = seen.sip_code, seen.q850
    if sip is not None and _is_trunk_fault(sip):
        raise TrunkFault(worded("sip_refused", sip=sip), _TROUBLES.get(sip, Trouble.AWAY))
    if sip == 480 and q850 == 20:  # absent subscriber
        return HangupCause.POWERED_OFF
    if sip == 480 and q850 == 19 and seen.rang:  # Q.850's own name for 19: no answer, user alerted
        return HangupCause.NO_ANSWER
    if sip in _BY_SIP:
        return _BY_SIP[sip]
    if seen.timed_out and seen.tone not in _ENDING_TONES:
        return HangupCause.NO_ANSWER
    if q850 in _TRUNK_Q850:
        raise TrunkFault(worded("q850_refused", cause=q850))
    if q850 is not None and q850 in _BY_Q850:
        return _BY_Q850[q850]
    return _BY_TONE[seen.tone] if seen.tone is not None else None


def _is_trunk_fault(sip: int) -> bool:
    return sip in _TROUBLES or (500 <= sip < 600 and sip not in _BY_SIP)
