"""``xiaorong report``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names
from campaigns.cli.report_options import Csv, Html, Language, Xlsx

EXAMPLES = (
    "Examples:  xiaorong report --from 2026-03-02 --to 2026-03-08  |  xiaorong report --by grade,script  |  "
    "xiaorong report --campaign march,april --html report.html --xlsx report.xlsx"
)
Day = ["%Y-%m-%d"]


def report(
    context: typer.Context,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=Day, help="The first day.", show_default=False)
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=Day, help="The last day.", show_default=False)
    ] = None,
    campaign: Annotated[
        str, typer.Option(help="Only these campaigns, such as march,april. Default: all of the period.")
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            help="Only by some of campaign, grade, treatment, arm, script, hour, line, caller, reason."
        ),
    ] = "",
    paid_days: Annotated[
        int, typer.Option(min=1, max=365, help="Payments count for so many days after the first dial.")
    ] = 7,
    csv: Csv = None,
    xlsx: Xlsx = None,
    html: Html = None,
    language: Language = None,
) -> None:
    """Report over campaigns and days: funnel, scripts, hours, lines, refusals, promises kept, cost."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.overviewing import Files, Wanted, report_overview

        wanted = Wanted(
            campaigns=parse_names(campaign),
            first=None if first is None else first.date(),
            last=None if last is None else last.date(),
            by=by,
            paid_days=paid_days,
        )
        report_overview(settings, database, wanted, Files(csv, xlsx, html), language or settings.language)
