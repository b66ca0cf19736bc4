"""Endpoints of the lender's: added, tested, and delivered to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime

from campaigns.clock import SystemClock
from campaigns.dialing.companion import open_courier
from campaigns.errors import ConflictError
from campaigns.outcomes.addresses import check_url
from campaigns.outcomes.webhook_courier import Round
from campaigns.outcomes.webhook_events import EventType
from campaigns.outcomes.webhook_secrets import new_secret, seal
from campaigns.settings import Settings
from campaigns.store import webhooks as store
from campaigns.store.database import Database, Session
from campaigns.store.outbox import emit_to
from campaigns.store.threads import StoreThreads

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
KNOWN = tuple(each.value for each in EventType if each is not EventType.TEST)


def real_now() -> datetime:
    """Now, by the system's clock: endpoints live in real time."""
    return SystemClock().now()


def add_endpoint(settings: Settings, database: Database, name: str, url: str, events: Sequence[str]) -> str:
    """Add an endpoint; its secret. Raises ConflictError: a wrong name, address or event."""
    with database.transaction() as session:
        return put_endpoint(session, settings, name, url, events)


def put_endpoint(session: Session, settings: Settings, name: str, url: str, events: Sequence[str]) -> str:
    """The same within a transaction."""
    if not NAME.fullmatch(name):
        raise ConflictError("%(name)r is no name for an endpoint: use a-z, 0-9, '.', '_' and '-'", name=name)
    if strange := sorted(set(events) - set(KNOWN)):
        raise ConflictError(
            "there is no event %(strange)r; there are: %(known)s", strange=strange[0], known=", ".join(KNOWN)
        )
    secret = new_secret()
    sealed = seal(settings.webhook_key(), secret)
    store.add_endpoint(session, name, check_url(url), sealed, events, real_now())
    return secret


def test_endpoint(settings: Settings, database: Database, name: str) -> tuple[str, str | None]:
    """Send a test event; state and reason of its delivery. Raises NotFoundError."""
    with database.transaction() as session:
        endpoint = store.endpoint_by_name(session, name)
        event_id = emit_to(session, endpoint.id, EventType.TEST, real_now(), {"endpoint": name})
    deliver_now(settings, database)
    with database.transaction() as session:
        return store.delivery_of(session, event_id)


def deliver_now(settings: Settings, database: Database) -> Round:
    """Send the events that are due. Raises StoreError."""
    threads = StoreThreads(database)

    async def work() -> Round:
        courier, post = open_courier(settings, threads)
        try:
            return await courier.deliver()
        finally:
            await post.close()

    try:
        return asyncio.run(work())
    finally:
        threads.close()
