"""Making a key for the database, sealing and unsealing it, and telling how it stands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from bot.recording.keys import add_key
from campaigns.cli.progress import counting
from campaigns.clock import SystemClock
from campaigns.errors import ConflictError
from campaigns.settings import load_settings
from campaigns.store.database import Database
from campaigns.store.sealed.gate import Opening
from campaigns.store.sealed.sealing import seal, unseal
from campaigns.store.sealed.standing import standing_of
from campaigns.stores import KEY_VARIABLE, store_keys


def make_key(home: Path) -> None:
    """Add a key to the file of keys. Raises ConflictError when keys come from the environment."""
    settings = load_settings(home)
    if settings.database_key is not None:
        raise ConflictError(f"the keys come from {KEY_VARIABLE}: put the new one there, behind the others")
    path = settings.database_keys
    key = add_key(path, SystemClock().now().astimezone(settings.zone).date())
    typer.echo(f"The key {key.id.hex()} is in {path}.")
    typer.echo("Keep a copy elsewhere: without it, what is sealed with it can never be read again.")
    typer.echo("Next: stop whatever uses the database, then 'xiaorong database seal'.")


def seal_database(home: Path) -> None:
    """Raises SealError, ConflictError, StoreError."""
    settings = load_settings(home)
    keys = store_keys(settings)
    with counting("Sealing", "rows") as progress:
        rows = seal(settings.store_url, keys, SystemClock().now(), progress)
    newest = keys.newest
    name = "" if newest is None else newest.id.hex()
    typer.echo(f"Sealed with the key {name}; {rows:,} rows were written.")
    typer.echo("Backups and copies from before are not: delete them, or keep them as safe as the key.")


def unseal_database(home: Path) -> None:
    """Raises SealError, ConflictError, StoreError."""
    settings = load_settings(home)
    with counting("Unsealing", "rows") as progress:
        rows = unseal(settings.store_url, store_keys(settings), SystemClock().now(), progress)
    typer.echo(f"In the clear again; {rows:,} rows were written.")
    if len(store_keys(settings)):
        typer.echo(f"Next: put the keys ({settings.database_keys}) away: with one, a clear store is refused.")


def show_sealing(home: Path) -> None:
    """Raises StoreError."""
    settings = load_settings(home)
    keys = store_keys(settings)
    with closing(Database(settings.store_url, opening=Opening.LOOK)) as database:
        found = standing_of(database)
    if found is None:
        typer.echo("The database is not sealed.")
    else:
        there = keys.find(bytes.fromhex(found.key_id)) is not None
        typer.echo(
            f"The database is {'half ' if found.state != 'sealed' else ''}{found.done} with the key "
            f"{found.key_id}, which is {'at hand' if there else 'NOT at hand'}."
        )
    newest = keys.newest
    if newest is None:
        typer.echo("There is no key.")
    else:
        typer.echo(f"Keys at hand: {len(keys)}; the newest is {newest.id.hex()}.")
        if found is None or found.key_id != newest.id.hex() or found.state != "sealed":
            typer.echo("Next: stop whatever uses the database, then 'xiaorong database seal'.")
