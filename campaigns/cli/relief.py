"""``xiaorong relief``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Relief that customers accepted: booked, pending and lapsed.")


@app.command(epilog="Examples:  xiaorong relief check  |  xiaorong relief check --on 2026-03-09")
def check(
    context: typer.Context,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="As of the start of this day. Default: today.", show_default=False
        ),
    ] = None,
) -> None:
    """Book what was earned and let lapse what was not. 'xiaorong promises check' does so by itself.

    Running it again changes nothing; after payments that were told late it reverses what had lapsed
    for want of them.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.relief_view import check_now, summary

        done = check_now(settings, database, None if on is None else on.date())
    typer.echo(summary(done))


@app.command("list", epilog="Examples:  xiaorong relief list  |  xiaorong relief list --top 100")
def list_all(
    context: typer.Context,
    top: Annotated[int, typer.Option(min=1, max=10_000, help="Show so many, the latest first.")] = 20,
) -> None:
    """List accepted offers: what each waives, by whom it was approved, and where it stands."""
    with open_installation(context.obj) as (settings, database):
        from rich.console import Console

        from campaigns.cli.relief_view import table_of
        from campaigns.store.relief import offer_views

        with database.transaction() as session:
            Console().print(table_of(offer_views(session, top), settings.language))


@app.command(
    epilog="Examples:  xiaorong relief export relief.csv  |  "
    "xiaorong relief export relief.csv --from 2026-03-01 --to 2026-03-31  |  "
    "xiaorong relief export new.csv --after 118"
)
def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Booked from this day on.", show_default=False),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Booked up to this day.", show_default=False),
    ] = None,
    after: Annotated[int, typer.Option(min=0, help="Only entries behind this one.")] = 0,
) -> None:
    """Write the book of relief for the core banking system: one row an entry, reversals with a minus.

    Entries never change and their numbers only grow: the last one written is the --after of the next export.
    """
    with open_installation(context.obj) as (_, database):
        from campaigns.cli.relief_view import write_lines
        from campaigns.store.relief import book_lines

        with database.transaction() as session:
            lines = book_lines(
                session,
                first=None if first is None else first.date(),
                last=None if last is None else last.date(),
                after_entry=after,
            )
        write_lines(lines, path)
    upto = f", the last is {lines[-1].entry}" if lines else ""
    typer.echo(f"{len(lines):,} entries written to {path}{upto}.")
