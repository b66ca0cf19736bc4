"""What an adapter implements, and the guard that makes a line of it.

An adapter has no ``dial``: it is no ``Line`` until it stands behind a ``GuardedLine``, so none can forget the
gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from telephony.announcements import Announcements
from telephony.clock import Clock
from telephony.connections import Connections
from telephony.copies import Shelf
from telephony.door import Door
from telephony.far_end import FarEndFactory, FarVoice
from telephony.hearing import Ears
from telephony.line import Call, DialOrder
from telephony.mailbox import Mailbox
from telephony.permits import PermitClaims, PermitGate


class Carrier(Protocol):
    """One way to place calls, permits apart."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    async def place(self, order: DialOrder, permit: PermitClaims) -> Call:
        """Place a call whose permit has been checked and spent. Raises TrunkFault."""
        ...


@dataclass(frozen=True, slots=True)
class LineSetup:
    """What a carrier is built from. ``settings`` are its own, validated by it.

    Whatever is opened with one setup shares its ``connections``, and is closed with them.
    """

    clock: Clock
    announcements: Announcements
    far_end: FarEndFactory | None = None  # for carriers that reach nobody
    far_voice: FarVoice | None = None  # the same, where they carry sound
    ears: Ears | None = None  # for carriers that carry sound
    shelf: Shelf | None = None  # for carriers that record calls themselves
    door: Door | None = None  # for carriers that call us back; None: they open one of their own
    mailbox: Mailbox | None = None  # for carriers that tell of messages once: what is not on record yet
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)  # may hold credentials
    connections: Connections = field(default_factory=Connections)


class GuardedLine:
    """A line over any carrier: every dial goes through the permit gate before the carrier hears of it."""

    def __init__(self, carrier: Carrier, gate: PermitGate) -> None:
        self._carrier = carrier
        self._gate = gate

    @property
    def name(self) -> str:
        return self._carrier.name

    @property
    def simulated(self) -> bool:
        return self._carrier.simulated

    async def dial(self, order: DialOrder) -> Call:
        """Place a call. Raises PermitError before anything is sent, TrunkFault when the trunk fails."""
        permit = self._gate.check(order.permit, order.number)
        return await self._carrier.place(order, permit)
