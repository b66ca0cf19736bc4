"""Reading and checking rules is part of commands that must start at once."""

from __future__ import annotations

import subprocess
import sys


def test_rules_do_not_load_a_query_engine() -> None:
    code = (
        "import sys, campaigns.grading.rulefile, campaigns.grading.result\n"
        "campaigns.grading.rulefile.load_rules()\n"
        "print(sorted({'ibis', 'pandas', 'polars', 'duckdb', 'sqlalchemy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
