"""``xiaorong demo``."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = "Examples:  xiaorong demo  |  xiaorong demo --customers 1000 --seed 7"


def demo(
    context: typer.Context,
    customers: Annotated[int, typer.Option(min=1, max=50_000, help="Size of the made-up portfolio.")] = 300,
    seed: Annotated[int, typer.Option(help="Another seed makes other customers.")] = 20260101,
) -> None:
    """Run a whole campaign on made-up customers: import, grade, dial the simulated line, report.

    Nobody is called: the line, the customers and their numbers are simulated. Starts afresh every time, in a
    directory of its own beside the data directory.
    """
    from campaigns.cli.demonstration import demonstrate

    demonstrate(context.obj.with_name(context.obj.name + "-demo"), customers, seed)
