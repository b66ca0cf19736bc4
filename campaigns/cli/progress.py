"""Progress bars that vanish when the work is done, and stay silent when nobody looks at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

Advance = Callable[[int, int | None], None]
"""Told how much is done, and how much there is in all (None while unknown)."""


def counting(title: str, unit: str) -> AbstractContextManager[Advance]:
    """A bar on standard error, so that output can be piped."""
    return _bar(title, MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn())


def downloading(title: str) -> AbstractContextManager[Advance]:
    """As ``counting``, of bytes that come over a network."""
    return _bar(title, DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())


@contextmanager
def _bar(title: str, *figures: ProgressColumn) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), *figures)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
