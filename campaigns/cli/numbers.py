"""``xiaorong numbers``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="What is known of the state of numbers, and who told it.")


class By(StrEnum):
    """What statistics go by."""

    PREFIX = "prefix"
    CAMPAIGN = "campaign"
    SOURCE = "source"
    STATUS = "status"


@app.command(
    "import",
    epilog="Examples:  xiaorong numbers import result.csv --vendor wapi-2  |  "
    "xiaorong numbers import result.csv --vendor my-vendor.yaml",
)
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX.", show_default=False)],
    vendor: Annotated[
        str, typer.Option(help="A shipped vendor map's name or a YAML file.", show_default=False)
    ],
    checked_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%d %H:%M"],
            help="When it was checked, of rows that do not tell. Default: now.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Import what a checking vendor says of numbers. Its codes are read by vendor and version.

    A code that the map does not know makes the number unknown, and unknown is not called; such codes are
    told. A weaker source never overrides a fresh stronger one. What was told before is not told twice.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.number_view import import_numbers

        import_numbers(settings, database, file, vendor, checked_at)


@app.command(
    epilog="Examples:  xiaorong numbers export due.csv  |  xiaorong numbers export due.csv --campaign march"
)
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The CSV to write.", show_default=False)],
    campaign: Annotated[
        str | None, typer.Option(help="Only numbers of this campaign's customers.", show_default=False)
    ] = None,
) -> None:
    """Write the numbers whose state is unknown or no longer good, for a checking vendor.

    Invented numbers are left out where the line is a real one.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.number_view import export_numbers

        count = export_numbers(settings, database, file, campaign)
    typer.echo(f"{count:,} numbers: {file}")


@app.command(epilog="Examples:  xiaorong numbers show 13800138000  |  xiaorong numbers show C00042")
def show(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A number, or a customer's key.", show_default=False)],
) -> None:
    """Show the state of a number, or of all of a customer's: who told it, how old it is, and its history."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.number_view import show_number

        show_number(settings, database, number)


@app.command(
    epilog="Examples:  xiaorong numbers stats  |  xiaorong numbers stats --by prefix --csv prefixes.csv"
)
def stats(
    context: typer.Context,
    by: Annotated[By, typer.Option(help="What to count by.")] = By.STATUS,
    csv: Annotated[
        Path | None, typer.Option(help="Write the table to this file.", show_default=False)
    ] = None,
) -> None:
    """Count numbers by state, and by prefix, campaign, source or state; 'due' are those that want a check."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.number_view import print_statistics

        print_statistics(settings, database, by, csv)
