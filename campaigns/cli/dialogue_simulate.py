"""``xiaorong dialogue simulate``: many calls with simulated customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples:  xiaorong dialogue simulate  |  "
    "xiaorong dialogue simulate --calls 5000 --noise 0,10,20,30 --html simulation.html --workers 4  |  "
    "xiaorong dialogue simulate --show cooperative@20#7"
)


def simulate(
    context: typer.Context,
    flow: Annotated[str, typer.Option(help="The flow to hold.")] = "repayment-reminder",
    calls: Annotated[int, typer.Option(min=1, help="Calls at each noise level.")] = 1000,
    noise: Annotated[str, typer.Option(help="Noise levels in percent, 0 to 30.")] = "0,10,20",
    personas: Annotated[str, typer.Option(help="Only these, such as busy,angry. Default: all.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed draws other customers.")] = 20260101,
    json: Annotated[
        Path | None, typer.Option(help="Write all figures to this file.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with plots to this file.", show_default=False)
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes to share the calls.")] = 1,
    show: Annotated[
        str | None, typer.Option(help="Print this call, such as busy@10#3.", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option(help="A folder under dialogues/.")] = "zh",
) -> None:
    """Hold thousands of calls with simulated customers over a noisy line, and report how they went.

    Success, turns, misunderstandings, promises and rule violations, by persona and noise level. The same
    options give the same figures, whatever the number of processes. Exit code 1 when a call broke a rule.
    """
    from campaigns.cli.simulating import Wanted, run_simulation, show_call

    wanted = Wanted(language, flow, calls, noise, personas, seed, workers)
    if show is not None:
        show_call(context.obj, wanted, show)
    elif run_simulation(context.obj, wanted, json, html):
        raise typer.Exit(1)
