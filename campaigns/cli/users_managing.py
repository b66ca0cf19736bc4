"""Managing the console's users from a terminal."""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from rich.console import Console

from campaigns.clock import SystemClock
from campaigns.console.access.permissions import Role
from campaigns.console.access.signing_in import new_setup_link
from campaigns.console.services import Services, open_services
from campaigns.console.settings import console_settings
from campaigns.errors import NotFoundError
from campaigns.settings import Settings
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.console.users import add_user, list_users, user_by_name
from campaigns.store.database import Database
from campaigns.tables import Table


def add_user_of(
    settings: Settings, database: Database, username: str, name: str, roles: Sequence[str]
) -> str:
    """Add a user; what to tell. Raises ConflictError, and NotFoundError for a role that there is not."""
    known = [role.value for role in Role]
    for role in roles:
        if role not in known:
            raise NotFoundError(f"there is no role {role!r}; known: {', '.join(known)}")
    services = _services(settings, database)
    with database.transaction() as session:
        user = add_user(session, username, name, roles, services.now())
        deed = Deed("user.added", "user", user.username, after={"roles": user.roles})
        record(session, _operator(), deed, services.now())
    return _link(services, user.id, user.username)


def reset_user(settings: Settings, database: Database, username: str) -> str:
    """A new link for a user; what to tell. Raises NotFoundError."""
    services = _services(settings, database)
    with database.transaction() as session:
        user = user_by_name(session, username)
        record(session, _operator(), Deed("user.invited", "user", user.username), services.now())
    return _link(services, user.id, user.username)


def print_users(settings: Settings, database: Database) -> None:
    """A table of all users."""
    with database.reading() as session:
        users = list_users(session)
    table = Table("User", "Name", "Roles", "State", "Since")
    for user in users:
        state = "off" if not user.active else "active" if user.ready else "no password yet"
        since = f"{user.created_at.astimezone(settings.zone):%Y-%m-%d}"
        table.add_row(user.username, user.display_name, ", ".join(user.roles), state, since)
    Console().print(table if users else "There is no user yet; see 'xiaorong users add --help'.")


def _services(settings: Settings, database: Database) -> Services:
    return open_services(settings, console_settings(settings), database, SystemClock())


def _operator() -> Actor:
    return Actor(None, getpass.getuser(), "command")


def _link(services: Services, user_id: int, username: str) -> str:
    address = services.console.address()
    hours = services.console.setup_hours
    return (
        f"{username} sets a password, once, within {hours} hours, at: "
        f"{address}{new_setup_link(services, user_id)}"
    )
