"""What a worker tells about itself while it works: for progress bars, a live transcript, later a board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.transcript import Entry


@dataclass(frozen=True, slots=True)
class Decided:
    """A member's turn was weighed. ``verdict``: allow, defer or refuse."""

    member_id: int
    verdict: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dialled:
    """The line is ringing for an attempt."""

    attempt_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing was said in a call, by the bot or the far end."""

    attempt_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt is over and on record."""

    attempt_id: int
    disposition: str
    answered: bool
    right_party: bool
    promised: int | None  # minor units
    at: datetime


@dataclass(frozen=True, slots=True)
class RangIn:
    """A call to us rings. ``customer_id``: whose number it comes from; ``number`` None: it is withheld."""

    line_call_id: str
    line: str
    customer_id: int | None
    number: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class CameIn:
    """A call came in and was picked up. ``known``: from the number of one customer."""

    line_call_id: str
    known: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SaidIn:
    """One thing was said in a call that came in."""

    line_call_id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class EndedIn:
    """A call that came in is over and on record as ``call_id``."""

    line_call_id: str
    call_id: int
    disposition: str
    right_party: bool
    promised: int | None  # minor units
    at: datetime


@dataclass(frozen=True, slots=True)
class GoneIn:
    """A call to us is in nobody's hands any more, whether or not it could be put on record."""

    line_call_id: str
    at: datetime


ReceptionEvent = RangIn | CameIn | SaidIn | EndedIn | GoneIn
WorkerEvent = Decided | Dialled | Spoken | Ended
Listener = Callable[[WorkerEvent], None]


def ignore(_event: WorkerEvent) -> None:
    """The listener of a worker that nobody watches."""
