from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.recording.archive import Recordings
from bot.recording.keys import Key, KeyRing
from tests.unit.recording.build import KEY, ZONE

NO_KEYS = KeyRing()


@pytest.fixture(params=["sealed", "plain"])
def keys(request: pytest.FixtureRequest) -> KeyRing:
    """The same test with a key and without."""
    return KeyRing([KEY]) if request.param == "sealed" else NO_KEYS


@pytest.fixture
def recordings(tmp_path: Path, keys: KeyRing) -> Iterator[Recordings]:
    with Recordings(tmp_path / "recordings", keys, ZONE) as recordings:
        yield recordings


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Recordings]:
    with Recordings(tmp_path / "sealed", KeyRing([Key(bytes(range(32)))]), ZONE) as recordings:
        yield recordings
