"""Tables for a terminal, whatever its width."""

from __future__ import annotations

from typing import Any

from rich import table


class Table(table.Table):
    """A table that loses nothing: what is too long for its column goes on in the next line.

    Names, numbers and ids are typed into other commands; rich would cut them with an ellipsis.
    """

    def add_column(self, *args: Any, **options: Any) -> None:
        """As rich has it. A column that must not be wrapped is left to be."""
        if not options.get("no_wrap"):
            options.setdefault("overflow", "fold")
        super().add_column(*args, **options)
