"""Putting a backup in place of a store, and making sure that nobody is called on the strength of it alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from campaigns.backup.archive import Manifest, read_archive
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.reasons import Reason, message_of
from campaigns.dialing.assembly import house_of
from campaigns.dialing.takeover import settle_orphans
from campaigns.errors import BackupError, ConflictError
from campaigns.published import scripts_on_offer
from campaigns.settings import Settings
from campaigns.store import workers
from campaigns.store.copying import as_one_file, is_living, load_postgres, stamp
from campaigns.store.database import Connection, Database, Session
from campaigns.store.exclusive import exclusive_worker
from campaigns.store.facts import latest_event_at
from campaigns.store.gaps import hold_everything, mark_gap
from campaigns.store.migrate import upgrade
from campaigns.store.sealed.gate import Opening
from campaigns.store.verify import Verified, verify
from campaigns.stores import open_store, store_keys

RESTORED_BY = "restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore found and settled. ``missing``: recordings that were there when the backup was made."""

    manifest: Manifest
    verified: Verified
    lost: int
    paused: int
    unsure: int
    missing: int


def put_keys(home: Path, files: dict[str, bytes], *, force: bool) -> None:
    """Write keys and settings into ``home``. Raises BackupError when others are there and not ``force``."""
    for name in files:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts:
            raise BackupError(f"the file of keys names {name!r}, which lies outside of a data directory")
    other = [name for name, content in files.items() if _differs(home / name, content)]
    if other and not force:
        raise BackupError(
            f"{home} has another {other[0]}: choose another --home, or overwrite it with --force"
        )
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_name(path.name + ".new")
            fresh.touch(mode=0o600)
            fresh.write_bytes(content)
            fresh.replace(path)
    except OSError as error:
        raise BackupError(f"{home} cannot be written: {error.strerror}") from error


def _differs(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() != content


def restore(
    settings: Settings,
    backup: Path,
    by: str,
    now: datetime,
    *,
    force: bool,
    tell: Callable[[str], None] = lambda _step: None,
) -> Restored:
    """Put ``backup`` in place of the store of these settings, and settle it.

    Calls since the backup are unknown, so the ledger gets a gap: no call and no message is allowed before a
    person confirms it. Raises BackupError, ConflictError while a worker runs, NotInitialisedError without the
    permit key, StoreError.
    """
    key = LogSeal(settings.permit_key())
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.home) as folder:
        copy = Path(folder) / "store.db"
        tell("reading")
        manifest = read_archive(backup, copy)
        with closing(open_store(settings, opening=Opening.UPKEEP)) as store:
            wanted = "sqlite" if store.is_sqlite else "postgresql"
            if manifest.kind != wanted:
                raise BackupError(
                    f"this is a backup of {manifest.kind}, and database_url is of {wanted}: set the same"
                )
            _refuse_living(store, force=force)
            with exclusive_worker(store):
                if store.is_sqlite:
                    keys = store_keys(settings)
                    with closing(Database(f"sqlite:///{copy}", keys=keys, opening=Opening.UPKEEP)) as staged:
                        found = _settle(settings, staged, manifest, key, by, now, tell)
                    as_one_file(copy)
                    _swap(copy, Path(str(store.url.database)), now)
                else:
                    tell("loading")
                    load_postgres(store, copy)
                    found = _settle(settings, store, manifest, key, by, now, tell)
    return found


def _refuse_living(store: Database, *, force: bool) -> None:
    there = not store.is_sqlite or Path(str(store.url.database)).exists()
    if there and not force and is_living(store):
        raise ConflictError(
            f"{store.url.render_as_string(hide_password=True)} is in use: it has customers, users or "
            "decisions. Restore into another --home, or put the backup in its place with --force"
        )


def _settle(
    settings: Settings,
    store: Database,
    manifest: Manifest,
    key: LogSeal,
    by: str,
    now: datetime,
    tell: Callable[[str], None],
) -> Restored:
    def begin(connection: Connection) -> None:
        if not store.is_sqlite:
            stamp(connection, manifest.revision)

    def mark(connection: Connection) -> None:
        with Session(connection, join_transaction_mode="rollback_only") as session:
            mark_gap(session, manifest.made_at, _moment(session, now), by)
            session.flush()

    upgrade(store, before=begin, after=mark)
    house = house_of(settings, scripts_on_offer(settings, store))
    with store.transaction() as session:
        at = _moment(session, now)
        why = message_of(Reason.LEDGER_GAP, settings.language)
        paused, unsure = hold_everything(session, at, why)
        workers.end_all_others(session, RESTORED_BY)
        lost = settle_orphans(session, at, house)
    tell("verifying")
    verified = verify(store, key, noted=(manifest.head_id, manifest.head_link) if manifest.head_id else None)
    if verified.broken is not None:
        raise BackupError(
            f"the decisions in this backup do not hold together ({verified.broken.fault.value}, record "
            f"{verified.broken.first}): the permit key is another, or it was changed. Take another backup or "
            "the right --keys"
        )
    missing = sum(
        not (settings.call_recordings_dir / recording.path).is_file() for recording in manifest.recordings
    )
    return Restored(manifest, verified, len(lost), paused, unsure, missing)


def _moment(session: Session, now: datetime) -> datetime:
    """Simulated time may be ahead of the clock; nothing is settled before what is on record."""
    return max(now, latest_event_at(session) or now)


def _swap(copy: Path, place: Path, now: datetime) -> None:
    """Put the copy in the store's place; what was there is kept beside it."""
    kept = f".before-{now:%Y%m%d-%H%M%S}"
    try:
        # The store first: without it nothing works, and with it alone it would be older than it was.
        for end in ("", "-wal", "-shm"):
            old = place.with_name(place.name + end)
            if old.exists():
                old.replace(place.with_name(place.name + kept + end))
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        copy.replace(place)
    except OSError as error:
        raise BackupError(f"{place} cannot be replaced: {error.strerror}") from error
