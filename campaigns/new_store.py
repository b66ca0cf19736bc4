"""Making an installation's database, or bringing it to the tables of this version."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from campaigns.settings import Settings
from campaigns.store.copying import is_living
from campaigns.store.migrate import upgrade
from campaigns.store.sealed.gate import Opening
from campaigns.store.sealed.sealing import seal
from campaigns.stores import open_store, store_keys


def prepare_store(settings: Settings, now: datetime) -> None:
    """Harmless when all is up to date. A database with nobody in it is sealed where there is a key.

    Raises SettingsError, SealError, StoreError.
    """
    keys = store_keys(settings)
    with closing(open_store(settings, opening=Opening.UPKEEP)) as database:
        upgrade(database)
        to_seal = keys.newest is not None and not database.is_sealed and not is_living(database)
    if to_seal:
        seal(settings.store_url, keys, now)
