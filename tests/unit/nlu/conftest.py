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
def cache_dir(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One cache for all workers of a run: the model is fitted once or twice, not once a worker."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "intent-models"


@pytest.fixture(scope="session")
def interpreter(zh: Path, cache_dir: Path) -> EmbeddedInterpreter:
    return EmbeddedInterpreter.load(zh, cache_dir, SHANGHAI)


@pytest.fixture(scope="session")
def finder(zh: Path) -> EntityFinder:
    return EntityFinder.load(zh, SHANGHAI)
