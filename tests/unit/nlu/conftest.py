from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.entities import EntityFinder

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def zh() -> Path:
    return language_dir("zh")


@pytest.fixture(scope="session")
def interpreter(zh: Path, model_cache: Path) -> EmbeddedInterpreter:
    return EmbeddedInterpreter.load(zh, model_cache, SHANGHAI)


@pytest.fixture(scope="session")
def finder(zh: Path) -> EntityFinder:
    return EntityFinder.load(zh, SHANGHAI)
