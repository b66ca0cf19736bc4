"""Errors of the line.

::

    LineError
    ├── LineConfigError  a line's settings or data file is wrong: names file, line and key
    ├── PermitError      a dial without a valid permit: refused before anything is sent
    ├── TrunkFault       the line itself failed; the number is not charged for it
    ├── ProtocolFault    a carrier's message is malformed, too big or not for this call
    └── CallEnded        media was asked of a call that is over
"""

from __future__ import annotations

from enum import StrEnum


class LineError(Exception):
    """Base of every error that a line raises on purpose."""


class LineConfigError(LineError):
    """A line's settings or one of its data files is wrong: says where and what."""

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        self.file, self.line, self.key = file, line, key
        where = file if file is None or line is None else f"{file}:{line}"
        super().__init__(": ".join(part for part in (where, key, message) if part))


class PermitFault(StrEnum):
    """What is wrong with a permit, for records and counters."""

    MISSING = "missing"
    FORGED = "forged"
    WRONG_NUMBER = "wrong_number"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    TOO_LONG = "too_long"
    SPENT = "spent"


class PermitError(LineError):
    """The line refused to dial: the permit is missing, forged, expired, spent or for another number."""

    def __init__(self, message: str, reason: PermitFault | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class TrunkFault(LineError):  # noqa: N818 - the field's term
    """The trunk could not place the call. Nothing rang; the number is not charged an attempt.

    ``stops_line``: no call can be placed until a person has put right what the message says.
    """

    def __init__(self, message: str, *, stops_line: bool = False) -> None:
        super().__init__(message)
        self.stops_line = stops_line


class ProtocolFault(LineError):  # noqa: N818 - the field's term
    """A carrier's message is malformed, too big or not for this call. It is left out; the call goes on."""


class CallEnded(LineError):  # noqa: N818 - not a fault, an event
    """The far end has hung up."""
