"""Making a backup of an installation that may go on working."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from campaigns.backup.archive import Manifest, Recording, digest_of, write_archive
from campaigns.backup.sealing import seal
from campaigns.errors import BackupError
from campaigns.settings import (
    DATABASE_KEY_FILE,
    KEY_FILE,
    LINK_KEY_FILE,
    RECORDING_KEY_FILE,
    SETTINGS_FILE,
    WEBHOOK_KEY_FILE,
    Settings,
)
from campaigns.store.chain import sealed_head
from campaigns.store.copying import copy_store
from campaigns.store.database import REVISION, Database

KEPT = (SETTINGS_FILE, KEY_FILE, LINK_KEY_FILE, WEBHOOK_KEY_FILE)


def make_backup(settings: Settings, database: Database, to: Path, at: datetime) -> Manifest:
    """Copy the store into ``to``; recordings are listed, not copied. Raises BackupError, StoreError."""
    if not to.parent.is_dir():
        raise BackupError(f"there is no folder {to.parent}")
    with tempfile.TemporaryDirectory(prefix=".xiaorong-backup-", dir=to.parent) as folder:
        copy = Path(folder) / "store"
        with database.transaction() as session:  # before: the copy reaches at least so far
            head, _ = sealed_head(session)
        copy_store(database, copy)
        manifest = Manifest(
            made_at=at,
            kind="sqlite" if database.is_sqlite else "postgresql",
            revision=REVISION,
            head_id=head.last_id,
            head_link=head.link,
            store_sha256=digest_of(copy),
            recordings=list_recordings(settings.call_recordings_dir),
        )
        write_archive(to, manifest, copy)
    return manifest


def list_recordings(folder: Path) -> tuple[Recording, ...]:
    """Every file below the folder of recordings, by its path there."""
    if not folder.is_dir():
        return ()
    return tuple(
        Recording(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def keys_of(settings: Settings) -> dict[str, bytes]:
    """Settings, keys and the house's own rule files, by their names in the data directory.

    Raises BackupError when a key is missing: a backup without it would be of no use.
    """
    home = settings.home
    named = [settings.rule_pack_overrides, settings.rates, settings.scorecard]
    paths = {name: home / name for name in KEPT}
    paths |= {path.relative_to(home).as_posix(): path for path in named if path and path.is_relative_to(home)}
    if settings.recording_keys.is_file():
        paths[RECORDING_KEY_FILE] = settings.recording_keys
    if settings.database_keys.is_file():
        paths[DATABASE_KEY_FILE] = settings.database_keys
    try:
        return {name: path.read_bytes() for name, path in paths.items()}
    except OSError as error:
        raise BackupError(f"{error.filename} cannot be read: {error.strerror}") from error


def write_keys(settings: Settings, to: Path, passphrase: str) -> None:
    """Seal keys and settings into ``to``. Raises BackupError."""
    sealed = seal(keys_of(settings), passphrase)
    fresh = to.with_name(to.name + ".new")
    try:
        fresh.touch(mode=0o600)
        fresh.write_bytes(sealed)
        fresh.replace(to)
    except OSError as error:
        raise BackupError(f"{to} cannot be written: {error.strerror}") from error
