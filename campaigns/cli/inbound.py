"""``xiaorong inbound``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Calls that customers make to us.")


@app.command(
    epilog="Examples:  xiaorong inbound simulate  |  xiaorong inbound simulate --customers 50  |  "
    "xiaorong inbound simulate --from +8615430605977"
)
def simulate(
    context: typer.Context,
    from_number: Annotated[
        str | None,
        typer.Option("--from", help="Call from this number, known or not, and show the talk."),
    ] = None,
    customers: Annotated[
        int, typer.Option(min=1, max=10_000, help="So many customers call, one after another.")
    ] = 10,
) -> None:
    """Let simulated customers call in, in virtual time, and show what came of it.

    Who calls is found by number. From a number that is nobody's here, or several customers', nothing is told.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.receiving import simulate_calls

        simulate_calls(settings, database, from_number, customers)


@app.command(epilog="Examples:  xiaorong inbound serve  |  XIAORONG_LINE=twilio xiaorong inbound serve")
def serve(context: typer.Context) -> None:
    """Take the calls that come in on the line, until Ctrl-C or SIGTERM: calls in progress end first.

    A worker takes them in its own process: xiaorong worker run --with-calls. Exit code 130: left in mid-call.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.answering import serve_calls

        if not serve_calls(settings, database):
            raise typer.Exit(130)


@app.command(epilog="Examples:  xiaorong inbound report  |  xiaorong inbound report --csv calls-in.csv")
def report(
    context: typer.Context,
    csv: Annotated[
        Path | None, typer.Option(help="Also write one row a call to this file.", show_default=False)
    ] = None,
) -> None:
    """Report all calls that came in, by how they ended."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.receiving import report_calls

        report_calls(settings, database, csv)
