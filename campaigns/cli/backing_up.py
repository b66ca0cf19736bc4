"""Backing an installation up, putting a backup back, and confirming what it lacks, on the command line."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console

from campaigns.backup.making import make_backup, write_keys
from campaigns.backup.restoring import put_keys, restore
from campaigns.backup.sealing import check_passphrase, unseal
from campaigns.clock import SystemClock
from campaigns.compliance.effective import load_effective
from campaigns.dialing.timing import ledger_now
from campaigns.errors import BackupError
from campaigns.settings import Settings, load_settings
from campaigns.store.database import Database
from campaigns.store.gaps import confirm_gap, list_gaps
from campaigns.tables import Table

PASSPHRASE = "XIAORONG_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable


def back_up(
    settings: Settings, database: Database, file: Path, keys: Path | None, passphrase_file: Path | None
) -> None:
    """Write the backup, and the keys where that is wanted. Raises BackupError, StoreError."""
    passphrase = "" if keys is None else passphrase_from(passphrase_file, confirm=True)
    if keys is not None:
        check_passphrase(passphrase)
    manifest = make_backup(settings, database, file, SystemClock().now())
    size = file.stat().st_size
    typer.echo(f"{file}: {size:,} bytes, {len(manifest.recordings):,} recordings listed and not copied.")
    typer.echo(f"Decision log: {manifest.head_id}:{manifest.head_link}")
    if keys is not None:
        write_keys(settings, keys, passphrase)
        typer.echo(f"Keys and settings: {keys}. Keep them apart from the backup.")
    else:
        typer.echo(f"Without keys: keep {settings.home / 'permit.key'} and its like by your own means.")


def put_back(
    home: Path, file: Path, keys: Path | None, passphrase_file: Path | None, by: str, *, force: bool
) -> None:
    """Restore, and say what to do next. Raises BackupError, ConflictError, StoreError."""
    if keys is not None:
        try:
            sealed = keys.read_bytes()
        except OSError as error:
            raise BackupError(f"{keys} cannot be read: {error.strerror}") from error
        put_keys(home, unseal(sealed, passphrase_from(passphrase_file)), force=force)
    settings = load_settings(home)
    with Console().status("…") as status:
        found = restore(settings, file, by, SystemClock().now(), force=force, tell=status.update)
    typer.echo(
        f"Restored to {found.manifest.made_at.astimezone(settings.zone):%Y-%m-%d %H:%M}; "
        f"{found.verified.records + found.verified.older:,} decisions verified."
    )
    typer.echo(
        f"Campaigns paused: {found.paused}. Attempts lost: {found.lost}. "
        f"Messages that may have gone: {found.unsure}."
    )
    if found.missing:
        typer.echo(f"Recordings missing in {settings.call_recordings_dir}: {found.missing:,}.")
    typer.echo(
        "Nobody is called before you have found out what came after the backup, put it on record (xiaorong "
        "compliance record, xiaorong payments import), and run: xiaorong restored --confirm --reason TEXT"
    )


def confirm_restored(settings: Settings, database: Database, by: str, reason: str, *, complete: bool) -> None:
    """Put the confirmation on record. Raises ConflictError, NotFoundError."""
    with database.transaction() as session:
        confirm_gap(session, by, reason, ledger_now(settings, session), complete=complete)


def show_restored(settings: Settings, database: Database) -> None:
    """The gaps, and what each still forbids."""
    with database.reading() as session:
        gaps, now = list_gaps(session), ledger_now(settings, session)
    if not gaps:
        typer.echo("The ledger was never restored from a backup.")
        return
    look_back = load_effective(settings.rule_pack, settings.rule_pack_overrides).look_back
    table = Table("unknown from", "until", "confirmed", "by", "why", "calls")
    for gap in gaps:
        until = (gap.restored_at + look_back).astimezone(settings.zone)
        if gap.confirmed_at is None:
            calls = "none until confirmed"
        elif gap.complete or until <= now:
            calls = "as the rules allow"
        else:
            calls = f"none before {until:%Y-%m-%d %H:%M}"
        table.add_row(
            _time(gap.backup_at, settings),
            _time(gap.restored_at, settings),
            "–" if gap.confirmed_at is None else _time(gap.confirmed_at, settings),
            gap.confirmed_by or gap.restored_by,
            gap.reason or "–",
            calls,
        )
    Console().print(table)


def _time(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}"


def passphrase_from(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase of a file, of the variable, or asked for. Raises BackupError."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BackupError(f"the passphrase in {file} cannot be read: {error}") from error
    told = os.environ.get(PASSPHRASE)
    if told:
        return told
    asked: str = typer.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=confirm)
    return asked
