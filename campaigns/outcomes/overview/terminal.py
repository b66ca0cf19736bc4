"""Tables of a report in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from campaigns.outcomes.grid import Grid, shown
from campaigns.outcomes.report_words import Words


def render(
    head: str, about: Iterable[str], grids: Iterable[Grid], notes: Iterable[str], say: Words, width: int
) -> RenderableType:
    """A head line, the tables and their notes. Less telling columns show where ``width`` has room."""
    parts: list[RenderableType] = [Text.assemble((head, "bold"), "\n", (" · ".join(about), "dim"))]
    parts += [_table(grid, say, width) for grid in grids]
    lines = list(notes)
    if lines:
        parts.append(Text("\n".join([say("definitions"), *(f"· {line}" for line in lines)]), "dim"))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _table(grid: Grid, say: Words, width: int) -> RenderableType:
    tables = (_filled(grid, say, room) for room in (2, 1, 0))
    table = next((table for table in tables if _measure(table) <= width), _filled(grid, say, 0))
    if not grid.notes:
        return table
    return Group(table, Text("  ".join(grid.notes), "yellow"))


def _measure(table: Table) -> int:
    """Cells that the table wants at its widest."""
    columns = [
        max((Text(str(cell)).cell_len for cell in (column.header, *column.cells)), default=0)
        for column in table.columns
    ]
    return sum(columns) + 2 * len(columns)


def _filled(grid: Grid, say: Words, room: int) -> Table:
    table = Table(
        title=grid.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    kept = [index for index, column in enumerate(grid.all_columns) if column.room <= room]
    for index in kept:
        column = grid.all_columns[index]
        if index < len(grid.keys):
            table.add_column(column.label, overflow="fold")
        else:
            table.add_column(column.label, justify="right", min_width=_widest(grid, index, say))
    for row in grid.rows:
        # Text, never markup: names of campaigns and scripts are an operator's own words.
        table.add_row(*(Text(_shown(grid, row, index, say)) for index in kept))
    return table


def _widest(grid: Grid, index: int, say: Words) -> int:
    """A figure is never cut: half of it would be another figure."""
    return max((Text(_shown(grid, row, index, say)).cell_len for row in grid.rows), default=0)


def _shown(grid: Grid, row: tuple[Any, ...], index: int, say: Words) -> str:
    return shown(row[index], grid.all_columns[index].unit, say("overview.unknown"))
