"""``xiaorong followups``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="People's work: who must be seen to, and why.")


@app.command(
    "list", epilog="Examples:  xiaorong followups list  |  xiaorong followups list --all --csv followups.csv"
)
def list_all(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    reason: Annotated[
        str | None, typer.Option(help="Only this reason, by its code.", show_default=False)
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=100_000, help="Show so many.")] = 50,
    csv: Annotated[Path | None, typer.Option(help="Write all to this file.", show_default=False)] = None,
) -> None:
    """List what people must see to, urgent ones first, then by age: why, and the call in one line.

    Numbers and names are masked. An open entry keeps automated calls away from the customer, unless the rule
    pack says otherwise.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.followup_view import print_list, write_list
        from campaigns.store.followups import list_follow_ups

        with database.transaction() as session:
            limit = None if csv is not None else top
            found = list_follow_ups(session, closed=everything, reason=reason, limit=limit)
        if csv is None:
            print_list(found, settings)
        else:
            write_list(found, settings, csv)


@app.command(epilog="Example:  xiaorong followups close 17 --note 已与客户约定分期方案")
def close(
    context: typer.Context,
    follow_up: Annotated[int, typer.Argument(help="Its number in the list.", show_default=False)],
    note: Annotated[str, typer.Option(help="What came of it.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who saw to it. Default: you.")] = "",
) -> None:
    """Close an entry with what came of it. Automated calls that it kept away may go on."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.followup_view import close_one

        close_one(settings, database, follow_up, note, by)
    typer.echo(f"Follow-up {follow_up} is closed.")
