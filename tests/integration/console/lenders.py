"""An installation with a portfolio that a worker can call, and the people who work at its console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from campaigns.console.access.permissions import Role
from campaigns.console.settings import ConsoleSettings
from campaigns.settings import Settings
from campaigns.store.console.users import add_user, set_password
from campaigns.store.database import Database
from tests.integration.console.world import CHEAP, PASSWORD, World
from tests.integration.store.rows import AT


@contextmanager
def lender_at(settings: Settings, world: World, console: ConsoleSettings, *roles: Role) -> Iterator[World]:
    """The console over what ``settings`` name, with a user of each role, as long as the block lasts."""
    database = Database(settings.store_url)
    try:
        with database.transaction() as session:
            for role in roles:
                user = add_user(session, role.value, f"the {role.value}", [role.value], AT)
                set_password(session, user.id, CHEAP.hash(PASSWORD), AT)
        services = replace(world.services, settings=settings, database=database, console=console)
        yield World(services, world.clock)
    finally:
        database.close()
