"""``xiaorong promises``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Hold promises to pay against what was paid.")


@app.command(epilog="Examples:  xiaorong promises check  |  xiaorong promises check --on 2026-03-09")
def check(
    context: typer.Context,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="As of the start of this day. Default: today. A day to come only on the simulated line.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Look at every open promise: kept, broken, or still pending. Run it daily, after the day's payments.
    Relief that hangs on them is booked or lapses.

    Running it again changes nothing; after payments that were told late it puts right what was taken for
    broken.
    """
    with open_installation(context.obj) as (settings, database):
        from rich.console import Console

        from campaigns.cli.promise_view import table_of
        from campaigns.cli.relief_view import check_now, summary
        from campaigns.dialing.timing import SIMULATED, choose_clock
        from campaigns.errors import ConflictError
        from campaigns.outcomes.checking import check_promises
        from campaigns.outcomes.standing import shipped_promise_rules

        now = choose_clock(settings, database, real_time=False).now()
        today = now.astimezone(settings.zone).date()
        day = today if on is None else on.date()
        if day > today and settings.line != SIMULATED:
            raise ConflictError(f"{day} is still to come: what is paid by then cannot be known")
        done = check_promises(database, day, now, settings.zone, shipped_promise_rules())
        relief = check_now(settings, database, day)
        if done.changed:
            Console().print(table_of(done, settings.language))
    typer.echo(
        f"{done.looked_at:,} promises looked at as of {day}: {done.changed.total():,} changed, "
        f"{done.pending:,} still pending, {done.settled:,} settled as they were."
    )
    typer.echo(summary(relief))
