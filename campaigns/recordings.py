"""The recordings of an installation, with the keys that its settings name."""

from __future__ import annotations

from bot.errors import RecordingKeyError
from bot.recording.archive import Recordings
from bot.recording.keys import KeyRing
from campaigns.settings import Settings


def open_recordings(settings: Settings) -> Recordings:
    """To record into, and to read from; close it. Raises RecordingKeyError when a key is none, or missing.

    Without any key recordings are not sealed. A file of keys that is named must be there, so that one that
    was lost is not taken for none.
    """
    return Recordings(settings.call_recordings_dir, _keys(settings), settings.zone)


def _keys(settings: Settings) -> KeyRing:
    if settings.recording_key is not None:
        return KeyRing.parse(settings.recording_key.get_secret_value(), "XIAORONG_RECORDING_KEY")
    keys = KeyRing.load(settings.recording_keys)
    if settings.recording_key_file is not None and not len(keys):
        raise RecordingKeyError(
            f"there is no key in {settings.recording_key_file}, which recording_key_file names; "
            "put it back, or make one with 'xiaorong recording new-key'"
        )
    return keys
