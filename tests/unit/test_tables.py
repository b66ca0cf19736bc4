"""Tables of the command line lose nothing where a terminal is narrow."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from campaigns.tables import Table

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=70)


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(60, 100))
def test_nothing_is_cut(cells: list[str], width: int) -> None:
    table = Table(*(f"h{place}" for place in range(len(cells))))
    table.add_row(*cells)
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    rows = [line.strip("│").split("│") for line in out.getvalue().splitlines() if line.startswith("│")]
    assert ["".join(row[place].strip() for row in rows) for place in range(len(cells))] == cells


def test_a_column_that_is_not_wrapped_tells_that_it_was_cut() -> None:
    table = Table()
    table.add_column("id", no_wrap=True)
    table.add_row("0123456789")
    out = io.StringIO()
    Console(file=out, width=10).print(table)
    assert "…" in out.getvalue()
