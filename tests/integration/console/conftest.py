from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from campaigns.store.database import Database
from tests.integration.console.world import World, fill, open_world


@pytest.fixture(scope="session")
def filled_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A migrated SQLite file with the world in it, to be copied."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("world") / "store.db"))
    database = Database(f"sqlite:///{path}")
    fill(database)
    database.close()
    return path


def _unsafe(connection: Any, _record: Any) -> None:
    """Nothing here must outlive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(autouse=True)
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is sent again as it changes is sent once: a test client waits for its end."""
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 0.0)


@pytest.fixture
def world(tmp_path: Path, filled_template: Path) -> Iterator[World]:
    """A console over a world of its own."""
    path = shutil.copy(filled_template, tmp_path / "store.db")
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _unsafe)
    yield open_world(tmp_path / "home", database)
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = os.environ.get("XIAORONG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium here: install Debian's package, or set XIAORONG_CHROMIUM")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
