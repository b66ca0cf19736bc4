"""Endpoints on the command line."""

from __future__ import annotations

from rich.console import Console

from campaigns.settings import Settings
from campaigns.store import webhooks as store
from campaigns.store.database import Database
from campaigns.tables import Table


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
