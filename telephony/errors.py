"""Errors of the line.

::

    LineError
    ├── PermitError     a dial without a valid permit: refused before anything is sent
    ├── TrunkFault      the line itself failed; the number is not charged for it
    └── CallEnded       media was asked of a call that is over
"""


class LineError(Exception):
    """Base of every error that a line raises on purpose."""


class PermitError(LineError):
    """The line refused to dial: the permit is missing, forged, expired, spent or for another number."""


class TrunkFault(LineError):  # noqa: N818 - the field's term
    """The trunk could not place the call. Nothing rang; the number is not charged an attempt."""


class CallEnded(LineError):  # noqa: N818 - not a fault, an event
    """The far end has hung up."""
