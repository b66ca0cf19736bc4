"""The console where personal columns are sealed."""

from __future__ import annotations

import shutil
from pathlib import Path

from campaigns.store.database import Database
from campaigns.store.sealed.sealing import seal
from tests.integration.console.routes import pages_of_anybody
from tests.integration.console.world import NAMES, open_world
from tests.integration.sealed.sealing_world import FIRST
from tests.integration.store.rows import AT


def test_no_page_asks_what_a_sealed_column_cannot_answer(tmp_path: Path, filled_template: Path) -> None:
    url = f"sqlite:///{shutil.copy(filled_template, tmp_path / 'store.db')}"
    seal(url, FIRST, AT)
    database = Database(url, keys=FIRST)
    browser = open_world(tmp_path / "home", database).browser("administrator")
    failed = [str(each) for each in pages_of_anybody() if browser.get(each.path).status_code >= 500]
    found = browser.find("/customers", q=NAMES[0][:2])
    database.close()
    assert failed == []
    assert NAMES[0] in found.text
