"""Endpoints, and the deliveries that are due, in the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
REMOVED = "the endpoint was removed"


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as it may be shown; the counts are of deliveries."""

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    pending: int
    delivered: int
    dead: int
    last_reason: str | None  # of the latest failure that is not made good


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this caller's until its lease ends. ``tries`` counts this one."""

    id: int
    tries: int
    uid: str
    type: str
    data: dict[str, Any]
    at: datetime
    endpoint_id: int
    url: str
    sealed_secret: str = field(repr=False)


def add_endpoint(
    session: Session, name: str, url: str, sealed_secret: str, events: Sequence[str], at: datetime
) -> int:
    """Raises ConflictError when the name is taken."""
    if session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.name == name)) is not None:
        raise ConflictError("there is, or was, an endpoint %(name)r; choose another name", name=name)
    row = WebhookEndpoint(name=name, url=url, sealed_secret=sealed_secret, events=list(events), created_at=at)
    session.add(row)
    session.flush()
    return row.id


def endpoint_by_name(session: Session, name: str) -> WebhookEndpoint:
    """Raises NotFoundError, naming those that exist."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.removed_at.is_(None))
    row = session.scalar(query.where(WebhookEndpoint.name == name))
    if row is None:
        known = ", ".join(sorted(each.name for each in session.scalars(query))) or "none"
        raise NotFoundError("there is no endpoint %(name)r; there are: %(known)s", name=name, known=known)
    return row


def remove_endpoint(session: Session, name: str, at: datetime) -> int:
    """Tell it nothing more; how many deliveries that were still due are given up. Raises NotFoundError."""
    return _remove(session, endpoint_by_name(session, name), at)


def list_endpoints(session: Session) -> list[EndpointView]:
    """Those that are told of events, by name."""
    counts: dict[int, dict[str, int]] = {}
    for endpoint_id, state, count in session.execute(
        select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count()).group_by(
            WebhookDelivery.endpoint_id, WebhookDelivery.state
        )
    ):
        counts.setdefault(endpoint_id, {})[state] = count
    rows = session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.removed_at.is_(None)).order_by(WebhookEndpoint.name)
    )
    return [_view(session, row, counts.get(row.id, {})) for row in rows]


def _view(session: Session, row: WebhookEndpoint, counts: dict[str, int]) -> EndpointView:
    return EndpointView(
        id=row.id,
        name=row.name,
        url=row.url,
        events=tuple(row.events),
        created_at=row.created_at,
        pending=counts.get(PENDING, 0),
        delivered=counts.get(DELIVERED, 0),
        dead=counts.get(DEAD, 0),
        last_reason=_last_reason(session, row.id),
    )


def claim_deliveries(
    session: Session, now: datetime, lease: timedelta, limit: int, without: Collection[int] = ()
) -> list[Claimed]:
    """Take up to ``limit`` due deliveries, at most one a stream and endpoint, the earliest of it.

    One that was taken and not settled is due again when its lease ends: its taker died. ``without``: leave
    these endpoints alone.
    """
    earlier = aliased(WebhookDelivery)
    due = session.scalars(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.state == PENDING,
            WebhookDelivery.endpoint_id.not_in(without),
            or_(WebhookDelivery.due_at.is_(None), WebhookDelivery.due_at <= now),
            ~exists().where(
                earlier.endpoint_id == WebhookDelivery.endpoint_id,
                earlier.stream == WebhookDelivery.stream,
                earlier.state == PENDING,
                earlier.id < WebhookDelivery.id,
            ),
        )
        .order_by(WebhookDelivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        row.tries += 1
        row.due_at = now + lease
    session.flush()
    details = session.execute(
        select(
            WebhookDelivery.id,
            WebhookDelivery.tries,
            WebhookEvent.uid,
            WebhookEvent.type,
            WebhookEvent.data,
            WebhookEvent.at,
            WebhookDelivery.endpoint_id,
            WebhookEndpoint.url,
            WebhookEndpoint.sealed_secret,
        )
        .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.id.in_([row.id for row in due]))
        .order_by(WebhookDelivery.id)
    )
    return [Claimed(*row) for row in details]


def settle_delivered(session: Session, claimed: Claimed, at: datetime) -> bool:
    """pending → delivered; False when the lease was lost meanwhile."""
    return _settle(session, claimed, state=DELIVERED, settled_at=at, reason=None)


def settle_failed(
    session: Session, claimed: Claimed, reason: str, again_at: datetime | None, at: datetime
) -> bool:
    """Due again at ``again_at``, or dead when that is None; False when the lease was lost meanwhile."""
    if again_at is None:
        return _settle(session, claimed, state=DEAD, settled_at=at, reason=reason[:255])
    return _settle(session, claimed, due_at=again_at, reason=reason[:255])


def settle_gone(session: Session, claimed: Claimed, reason: str, at: datetime) -> None:
    """The endpoint says that it is no more: it is told nothing further."""
    endpoint_id = session.scalars(
        select(WebhookDelivery.endpoint_id).where(WebhookDelivery.id == claimed.id)
    ).one()
    settle_failed(session, claimed, reason, None, at)
    _remove(session, session.get_one(WebhookEndpoint, endpoint_id), at)


def redeliver(session: Session, name: str, uid: str | None = None) -> int:
    """dead → pending, one event of the endpoint or all; how many. Raises NotFoundError."""
    endpoint = endpoint_by_name(session, name)
    query = update(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == DEAD
    )
    if uid is not None:
        query = query.where(
            WebhookDelivery.event_id.in_(select(WebhookEvent.id).where(WebhookEvent.uid == uid))
        )
    values = {"state": PENDING, "tries": 0, "due_at": None, "settled_at": None}
    return len(session.execute(query.values(values).returning(WebhookDelivery.id)).all())


def dead_letters(session: Session, name: str, limit: int = 20) -> list[tuple[str, str, datetime, str | None]]:
    """The latest events that could not be delivered: uid, type, time and reason. Raises NotFoundError."""
    endpoint = endpoint_by_name(session, name)
    rows = session.execute(
        select(WebhookEvent.uid, WebhookEvent.type, WebhookEvent.at, WebhookDelivery.reason)
        .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == DEAD)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def delivery_of(session: Session, event_id: int) -> tuple[str, str | None]:
    """State and reason of the delivery of an event that one endpoint alone was told of.

    While it waits behind others, the reason is what keeps those from arriving.
    """
    row = session.scalars(select(WebhookDelivery).where(WebhookDelivery.event_id == event_id)).one()
    waits = row.state == PENDING and row.reason is None
    return row.state, _last_reason(session, row.endpoint_id) if waits else row.reason


def next_delivery_at(session: Session) -> datetime | None:
    """When the first delivery that waits is due; None when none waits or one is due at once."""
    return session.scalar(select(func.min(WebhookDelivery.due_at)).where(WebhookDelivery.state == PENDING))


def _remove(session: Session, endpoint: WebhookEndpoint, at: datetime) -> int:
    endpoint.removed_at = at
    given_up = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == PENDING)
        .values(state=DEAD, settled_at=at, reason=REMOVED)
        .returning(WebhookDelivery.id)
    ).all()
    return len(given_up)


def _settle(session: Session, claimed: Claimed, **values: Any) -> bool:
    done = session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == claimed.id,
            WebhookDelivery.state == PENDING,
            WebhookDelivery.tries == claimed.tries,
        )
        .values(**values)
        .returning(WebhookDelivery.id)
    ).first()
    return done is not None


def _last_reason(session: Session, endpoint_id: int) -> str | None:
    return session.scalar(
        select(WebhookDelivery.reason)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.reason.is_not(None),
            WebhookDelivery.state != DELIVERED,
        )
        .order_by(WebhookDelivery.id.desc())
        .limit(1)
    )
