"""What a person wants of a call in progress, by a page or a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from campaigns.console.visit import Visit
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.console.audit import Deed
from campaigns.store.console.live import RINGING, WAITING, calls_of
from campaigns.store.live_key import LiveKey
from campaigns.store.live_orders import OrderKind, OrderView, ask

DEEDS: Final = {OrderKind.HAND_OVER: "live.handed_over", OrderKind.END: "live.ended"}


@dataclass(frozen=True, slots=True)
class Reachable:
    """Whether a person can take a call over now, as far as the settings tell. ``until``: HH:MM."""

    now: bool
    until: str | None = None
    why: str | None = None  # a code of ``live_hindrance``


def want(visit: Visit, key: LiveKey, kind: OrderKind, why: str) -> OrderView:
    """Put an order on record for whoever holds the call; wanted twice, it is the same one.

    Raises NotFoundError, ConflictError for a call that is over or not answered, StoreError.
    """
    if not why:
        raise ConflictError("say why: the audit log keeps it")
    with visit.changing() as session:
        call = calls_of(session, [key]).get(key)
        if call is None:
            raise NotFoundError("there is no call %(call_id)s", call_id=str(key))
        if not call.in_progress:
            raise ConflictError("this call is over already")
        if call.state in (WAITING, RINGING):
            raise ConflictError("nobody has answered this call yet")
        order, new = ask(session, key, kind, visit.who.username, why)
        if new:
            after = {"order": order.id, "customer": call.key}
            visit.record(session, Deed(DEEDS[kind], "live_call", str(key), after=after, reason=why))
        elif order.kind != kind:
            raise ConflictError("something else is wanted of this call already")
    return order


def reachable(visit: Visit) -> Reachable:
    """Whether agents are set, and it is their hours. Raises StoreError."""
    agents = visit.services.settings.agents
    if agents is None:
        return Reachable(now=False, why="no_agents")
    with visit.reading() as session:
        local = visit.services.local_now(session)
    if not agents.at_work(local):
        return Reachable(now=False, why="hours")
    return Reachable(now=True, until=f"{agents.closes:%H:%M}")
