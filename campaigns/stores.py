"""The database of an installation, with the keys that its settings name."""

from __future__ import annotations

from bot.errors import RecordingKeyError
from bot.recording.keys import KeyRing
from campaigns.errors import SettingsError
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.sealed.gate import Opening

KEY_VARIABLE = "XIAORONG_DATABASE_KEY"


def open_store(settings: Settings, *, worker: str | None = None, opening: Opening = Opening.USE) -> Database:
    """The database of these settings; close it. ``worker``: whose sessions they are. Raises SettingsError."""
    return Database(settings.store_url, worker=worker, keys=store_keys(settings), opening=opening)


def store_keys(settings: Settings) -> KeyRing:
    """The keys for personal columns, the newest last; none where none is set. Raises SettingsError.

    A file of keys that is named must be there, so that one that was lost is not taken for none.
    """
    try:
        if settings.database_key is not None:
            return KeyRing.parse(settings.database_key.get_secret_value(), KEY_VARIABLE)
        keys = KeyRing.load(settings.database_keys)
    except RecordingKeyError as error:
        raise SettingsError(str(error)) from error
    if settings.database_key_file is not None and not len(keys):
        raise SettingsError(
            f"there is no key in {settings.database_key_file}, which database_key_file names; "
            "put it back, or make one with 'xiaorong database new-key'"
        )
    return keys
