"""Rules are read, and calls are placed, by commands that must start at once."""

from __future__ import annotations

import subprocess
import sys

ENGINES = {"ibis", "pandas", "polars", "duckdb"}


def loaded(code: str, heavy: set[str]) -> list[str]:
    """What of ``heavy`` a new process has loaded after ``code``."""
    code = f"import sys\n{code}\nprint(*sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.split()


def test_rules_do_not_load_a_query_engine() -> None:
    code = (
        "import campaigns.grading.rulefile, campaigns.grading.result\ncampaigns.grading.rulefile.load_rules()"
    )
    assert loaded(code, {*ENGINES, "sqlalchemy"}) == []


def test_a_worker_does_not_load_a_query_engine() -> None:
    assert loaded("import campaigns.dialing.assembly", ENGINES) == []
