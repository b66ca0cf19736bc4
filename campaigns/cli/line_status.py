"""``xiaorong line status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from campaigns.cli.installation import open_installation

if TYPE_CHECKING:
    from datetime import tzinfo

    from campaigns.store.lines import LineView

EXAMPLES = "Example:  xiaorong line status"


def status(context: typer.Context) -> None:
    """Show how the line does: its circuit breaker, its rate, faults, and what is booked on it."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.timing import choose_clock
        from campaigns.store.lines import line_view

        now = choose_clock(settings, database, real_time=False).now()
        with database.transaction() as session:
            view = line_view(session, settings.line, settings.callers, now, settings.pacing)
        print_line(view, settings.zone)


def print_line(view: LineView, zone: tzinfo) -> None:
    """Print one line and its caller numbers."""
    from rich.console import Console

    from campaigns.tables import Table

    table = Table(show_header=False, title=f"Line {view.line}")
    breaker = view.breaker
    circuit = breaker.circuit.value.replace("_", " ")
    if breaker.until is not None:
        does = "tried out" if circuit == "open" else "its probe is given up"
        circuit += (
            f"; {does} at {breaker.until.astimezone(zone):%m-%d %H:%M:%S}, opened {breaker.trips} in a row"
        )
    table.add_row("Circuit", circuit)
    table.add_row("New calls a second", f"{view.rate:g} of {view.ceiling:g}")
    table.add_row("Calls at once", f"{view.live:,} of {view.concurrent:,}")
    table.add_row("Slots taken", f"{view.taken:,}")
    table.add_row("Slots booked ahead", f"{view.booked:,}")
    table.add_row("Faults lately", f"{view.recent.faults:,} of {view.recent.dials:,} dials")
    if view.fault_at is not None:
        table.add_row("Latest fault", f"{view.fault_at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {view.fault}")
    console = Console()
    console.print(table)
    if len(view.callers) > 1:
        numbers = Table("Caller number", "Slots taken", "Booked ahead")
        for caller in view.callers:
            numbers.add_row(caller.number, f"{caller.taken:,}", f"{caller.booked:,}")
        console.print(numbers)
