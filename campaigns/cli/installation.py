"""What every command needs: the settings of the data directory, and its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.settings import Settings
    from campaigns.store.database import Database


@contextmanager
def open_installation(home: Path) -> Iterator[tuple[Settings, Database]]:
    """Settings and database of ``home``, checked. Raises NotInitialisedError, SettingsError or StoreError."""
    from campaigns.logs.setup import set_up_logs
    from campaigns.settings import load_settings
    from campaigns.stores import open_store

    settings = load_settings(home)
    set_up_logs(settings)
    database = open_store(settings)
    try:
        database.check()
        yield settings, database
    finally:
        database.close()


def parse_codes(text: str) -> tuple[str, ...]:
    """``A,B`` → (``A``, ``B``)."""
    return tuple(part.strip().upper() for part in text.split(",") if part.strip())


def parse_names(text: str) -> tuple[str, ...]:
    """``a,b`` → (``a``, ``b``)."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
