"""``xiaorong export``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

EXAMPLES = (
    "Examples:  xiaorong export calls --campaign march  |  "
    "xiaorong export attempts --from 2026-03-01 --to 2026-03-31 --format parquet --out march.parquet  |  "
    "xiaorong export follow-ups --personal --reason 'call-backs by hand, week 11'  |  xiaorong export log"
)
Day = ["%Y-%m-%d"]


def export(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            help="calls, attempts, members, promises, decisions, messages, follow-ups, payments; or log.",
            show_default=False,
        ),
    ],
    campaign: Annotated[str, typer.Option(help="Only of these campaigns, such as march,april.")] = "",
    first: Annotated[
        datetime | None, typer.Option("--from", formats=Day, help="The first day.", show_default=False)
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=Day, help="The last day.", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="csv, xlsx or parquet.")] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="The file. Default: named after what it holds.", show_default=False)
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="Names, numbers and messages in full; needs --reason.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="Why personal data are needed; it is kept on record.", show_default=False)
    ] = "",
) -> None:
    """Export rows to a file; every export is put on record.

    Names and numbers are masked, and codes that tell of a person's health left out, whatever is asked for.
    docs/exports.md says what each column holds.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.exporting import Asked, export_rows, print_log
        from campaigns.outcomes.overview.period import Period

        if what == "log":
            print_log(settings, database)
            return
        period = Period(None if first is None else first.date(), None if last is None else last.date())
        asked = Asked(what, form, parse_names(campaign), period, out, personal, reason.strip())
        typer.echo(export_rows(settings, database, asked))
