"""What the tests of the line share: a clock that only moves when slept on, permits, and scripted far ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from telephony.announcements import Announcements, load_announcements
from tests.unit.telephony.fakes import FakeClock

ANNOUNCEMENTS = Path(__file__).parents[3] / "dialogues" / "zh" / "announcements.yml"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def announcements() -> Announcements:
    return load_announcements(ANNOUNCEMENTS)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a data file and get its path."""

    def _write(text: str) -> Path:
        path = tmp_path / "data.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write
