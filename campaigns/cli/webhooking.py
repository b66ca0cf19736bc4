"""Endpoints from the command line: added, shown, tested, and delivered to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from campaigns.clock import SystemClock
from campaigns.dialing.companion import open_courier
from campaigns.errors import ConflictError
from campaigns.outcomes.addresses import check_url
from campaigns.outcomes.webhook_courier import Round
from campaigns.outcomes.webhook_events import EventType
from campaigns.outcomes.webhook_secrets import new_secret, seal
from campaigns.settings import Settings
from campaigns.store import webhooks as store
from campaigns.store.database import Database
from campaigns.store.outbox import emit_to
from campaigns.store.threads import StoreThreads

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def real_now() -> datetime:
    """Now, by the system's clock: endpoints live in real time."""
    return SystemClock().now()


def add_endpoint(settings: Settings, database: Database, name: str, url: str, events: Sequence[str]) -> str:
    """Add an endpoint; its secret. Raises ConflictError: a wrong name, address or event."""
    if not NAME.fullmatch(name):
        raise ConflictError(f"{name!r} is no name for an endpoint: use a-z, 0-9, '.', '_' and '-'")
    known = [each.value for each in EventType if each is not EventType.TEST]
    if strange := sorted(set(events) - set(known)):
        raise ConflictError(f"there is no event {strange[0]!r}; there are: {', '.join(known)}")
    secret = new_secret()
    sealed = seal(settings.webhook_key(), secret)
    with database.transaction() as session:
        store.add_endpoint(session, name, check_url(url), sealed, events, real_now())
    return secret


def print_endpoints(database: Database) -> None:
    """Print the endpoints; no secret is among what is shown."""
    with database.transaction() as session:
        endpoints = store.list_endpoints(session)
    table = Table("Name", "Address", "Events", "Delivered", "Waiting", "Given up", "Latest failure")
    for each in endpoints:
        counts = (f"{count:,}" for count in (each.delivered, each.pending, each.dead))
        table.add_row(each.name, each.url, ", ".join(each.events) or "all", *counts, each.last_reason or "")
    Console().print(table)


def print_dead(settings: Settings, database: Database, name: str) -> None:
    """Print what an endpoint did not take. Raises NotFoundError."""
    with database.transaction() as session:
        letters = store.dead_letters(session, name)
    table = Table("Event", "Type", "At", "Reason")
    for uid, type_, at, reason in letters:
        table.add_row(uid, type_, f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}", reason or "")
    Console().print(table)


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
