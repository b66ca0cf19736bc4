"""What people of the house want of calls in hand: to be handed over to a person, or ended politely.

Orders come from the store, whoever gave them and wherever; how far they are goes back there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bot.staff import Wanted, Wish
from campaigns.clock import Clock
from campaigns.dialing.handover import Handover
from campaigns.store.live_orders import OrderChange, OrderKind, OrderState, OrderView
from telephony.line import Call
from telephony.transfer import TransferEnd, Transferred

LOOK_EVERY_S: Final = 0.5  # while the bot listens
NO_AGENTS: Final = "no_agents"  # the settings name nobody
IN_NEED: Final = "in_need"

_ENDS: Final = {
    TransferEnd.TAKEN: OrderState.HANDED_OVER,
    TransferEnd.NOBODY: OrderState.NOBODY,
    TransferEnd.ABANDONED: OrderState.ABANDONED,
    TransferEnd.FAILED: OrderState.FAILED,
}

Handle = int | str
"""An attempt by its id, or a call to us by its name on the line."""


class CallStaff:
    """One call's. Implements ``bot.staff.Staff``; ``tell`` is told how far an order is."""

    def __init__(
        self, call: Call, handover: Handover | None, clock: Clock, tell: Callable[[OrderChange], None]
    ) -> None:
        self._call, self._handover, self._clock, self._tell = call, handover, clock, tell
        self._order: OrderView | None = None
        self._state = OrderState.ASKED

    @property
    def look_every_s(self) -> float | None:
        """In virtual time nobody can be in time but between two turns."""
        return None if self._clock.virtual else LOOK_EVERY_S

    def give(self, order: OrderView) -> None:
        """Somebody wants this; given again, it changes nothing."""
        if self._order is None:
            self._order = order
            self._put(OrderState.ACCEPTED)

    def wanted(self) -> Wanted | None:
        order = self._order
        if order is None or self._state is not OrderState.ACCEPTED:
            return None
        if order.kind == OrderKind.END:
            return Wanted(Wish.END, order.by)
        return Wanted(Wish.HAND_OVER if self._hindered() is None else Wish.CALL_BACK, order.by)

    def granted(self, wanted: Wanted) -> None:
        match wanted.wish:
            case Wish.HAND_OVER:
                self._put(OrderState.HANDING_OVER)
            case Wish.CALL_BACK:
                self._refuse(OrderState.CALL_BACK, self._hindered())
            case Wish.END:
                self._put(OrderState.ENDED)

    def declined(self, wanted: Wanted) -> None:  # noqa: ARG002
        self._refuse(OrderState.DECLINED, IN_NEED)

    def taken(self) -> None:
        """An agent has accepted the call."""
        if self._state is OrderState.HANDING_OVER:
            self._put(OrderState.HANDED_OVER)

    def over(self, transfer: Transferred | None, *, left: bool) -> None:
        """The talk is over, with what came of a transfer. ``left``: the customer hung up."""
        if self._state is OrderState.HANDING_OVER:
            if transfer is not None:
                self._put(_ENDS[transfer.end])
            else:
                self._put(OrderState.ABANDONED if left else OrderState.FAILED)

    def close(self) -> None:
        """Nobody has the call in hand any more."""
        if self._order is not None and self._state is OrderState.ACCEPTED:
            self._put(OrderState.TOO_LATE)
        if self._state is OrderState.HANDING_OVER:
            self._put(OrderState.FAILED)

    def _hindered(self) -> str | None:
        if self._handover is None:
            return NO_AGENTS
        return self._handover.hindered(self._call, self._clock.now())

    def _put(self, state: OrderState, detail: str | None = None) -> None:
        if self._order is not None:
            self._state = state
            self._tell(OrderChange(self._order.id, state, detail))

    def _refuse(self, state: OrderState, detail: str | None) -> None:
        self._put(state, detail)
        self._order = None  # it may be wanted again


class StaffDesk:
    """All calls that one worker or reception talks on. ``told`` is called whenever an order has come on."""

    def __init__(self, handover: Handover | None, clock: Clock) -> None:
        self._handover, self._clock = handover, clock
        self._calls: dict[Handle, CallStaff] = {}
        self._changes: list[OrderChange] = []
        self.told: Callable[[], None] = lambda: None

    @contextmanager
    def on(self, handle: Handle, call: Call) -> Iterator[CallStaff]:
        """``call`` is talked on within the block."""
        staff = self._calls[handle] = CallStaff(call, self._handover, self._clock, self._change)
        try:
            yield staff
        finally:
            del self._calls[handle]
            staff.close()

    def give(self, handle: Handle, order: OrderView) -> bool:
        """Pass an order on; whether the call is talked on here."""
        staff = self._calls.get(handle)
        if staff is not None:
            staff.give(order)
        return staff is not None

    def take_changes(self) -> list[OrderChange]:
        """How far orders have come since this was last asked."""
        changes, self._changes = self._changes, []
        return changes

    def put_back(self, changes: list[OrderChange]) -> None:
        """These could not be written yet."""
        self._changes = [*changes, *self._changes]

    def _change(self, change: OrderChange) -> None:
        self._changes.append(change)
        self.told()
