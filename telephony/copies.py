"""The port for recordings that a carrier makes of calls: they are brought here, and deleted there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CarrierCopy:
    """One recording of a call, of the id that the line gave it. Sound as in ``telephony.line.Sound``."""

    id: str
    call_id: str
    customer: bytes = field(repr=False)
    ours: bytes = field(repr=False)


class Shelf(Protocol):
    """Keeps copies. Supplied by whoever builds the line."""

    async def keep(self, copy: CarrierCopy) -> None:
        """Keep it, or leave it where the customer wants none; harmless when it is repeated.

        Raises LineError when that is not possible yet: it is tried again, and deleted nowhere meanwhile.
        """
        ...
