"""Tables of a report in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from campaigns.outcomes.grid import Grid, shown
from campaigns.outcomes.report_words import Words
from campaigns.tables import Table


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
    fitting = next((table for table in tables if _measure(table) <= width), None)
    parts: list[RenderableType] = [fitting] if fitting else _in_pieces(grid, say, width)
    if grid.notes:
        parts.append(Text("  ".join(grid.notes), "yellow"))
    return Group(*parts)


def _in_pieces(grid: Grid, say: Words, width: int) -> list[RenderableType]:
    """A table too wide for the terminal as several, each with the columns that name its rows."""
    pieces: list[RenderableType] = []
    wanted = [column.key for column in grid.columns if column.room == 0]
    while wanted:
        taken = next(
            (
                count
                for count in range(len(wanted), 1, -1)
                if _measure(_filled(grid, say, 0, wanted[:count])) <= width
            ),
            1,
        )
        pieces.append(_filled(grid, say, 0, wanted[:taken]))
        wanted = wanted[taken:]
    return pieces


def _measure(table: Table) -> int:
    """Cells that the table wants at its widest."""
    columns = [
        max((Text(str(cell)).cell_len for cell in (column.header, *column.cells)), default=0)
        for column in table.columns
    ]
    return sum(columns) + 2 * len(columns)


def _filled(grid: Grid, say: Words, room: int, only: Sequence[str] | None = None) -> Table:
    table = Table(
        title=grid.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    kept = [
        index
        for index, column in enumerate(grid.all_columns)
        if index < len(grid.keys) or (column.room <= room and (only is None or column.key in only))
    ]
    for index in kept:
        column = grid.all_columns[index]
        if index < len(grid.keys):
            table.add_column(column.label, overflow="fold")
        else:
            table.add_column(
                column.label, justify="right", overflow="fold", min_width=_widest(grid, index, say)
            )
    for row in grid.rows:
        # Text, never markup: names of campaigns and scripts are an operator's own words.
        table.add_row(*(Text(_shown(grid, row, index, say)) for index in kept))
    return table


def _widest(grid: Grid, index: int, say: Words) -> int:
    """A figure is never cut: half of it would be another figure."""
    return max((Text(_shown(grid, row, index, say)).cell_len for row in grid.rows), default=0)


def _shown(grid: Grid, row: tuple[Any, ...], index: int, say: Words) -> str:
    return shown(row[index], grid.all_columns[index].unit, say("overview.unknown"))
