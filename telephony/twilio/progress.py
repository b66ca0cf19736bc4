"""What is known of a call's progress, from reports that come twice, late, out of order, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class CallStatus(StrEnum):
    """Twilio's CallStatus, with ``initiated`` as its callbacks call the first."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


_STAGE: Final = {
    CallStatus.QUEUED: 0,
    CallStatus.INITIATED: 1,
    CallStatus.RINGING: 2,
    CallStatus.IN_PROGRESS: 3,
}
_OVER: Final = 4


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a call, by callback or by the API. None: it does not say."""

    call_sid: str
    status: CallStatus | None = None
    sip_code: int | None = None
    answered_by: str | None = None
    error_code: int | None = None

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> Self:
        """From a callback's form. Raises ValueError when it names no call or an unknown status."""
        sid = form.get("CallSid", "")
        if not sid:
            raise ValueError("the callback names no call")
        status = form.get("CallStatus")
        return cls(
            sid,
            CallStatus(status) if status else None,
            _count(form.get("SipResponseCode")),
            form.get("AnsweredBy") or None,
            _count(form.get("ErrorCode")),
        )


class Progress:
    """How far one call has come. It only goes forward, and what is once over stays as it was."""

    def __init__(self) -> None:
        self.status = CallStatus.QUEUED
        self.rang = False
        self.answered = False
        self.sip_code: int | None = None
        self.answered_by: str | None = None
        self.error_code: int | None = None

    @property
    def over(self) -> bool:
        """Nothing more will happen on this call."""
        return self.status not in _STAGE

    def take(self, report: Report) -> bool:
        """Learn what ``report`` says; whether it was news."""
        before = self._known()
        # The first word counts: a report that comes again, or late, changes nothing.
        if report.status is not None and report.status not in _STAGE:
            self.sip_code = self.sip_code or report.sip_code  # before the end it is a provisional one
        self.answered_by = self.answered_by or report.answered_by
        self.error_code = self.error_code or report.error_code
        if report.status is not None:
            self.rang = self.rang or report.status is CallStatus.RINGING
            self.answered = self.answered or report.status in (CallStatus.IN_PROGRESS, CallStatus.COMPLETED)
            if _stage(report.status) > _stage(self.status):
                self.status = report.status
        return self._known() != before

    def _known(self) -> tuple[object, ...]:
        seen = (self.status, self.rang, self.answered)
        return (*seen, self.sip_code, self.answered_by, self.error_code)


def _stage(status: CallStatus) -> int:
    return _STAGE.get(status, _OVER)


def _count(text: str | None) -> int | None:
    return int(text) if text and len(text) <= 6 and text.isascii() and text.isdigit() else None
