"""``xiaorong compliance``: what a regulator's auditor and operations staff ask of the rules and of the
record.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli import compliance_filing
from campaigns.cli.installation import open_installation

app = typer.Typer(
    no_args_is_help=True, help="Explain, verify and try out the rules of calling; keep records in time."
)
app.add_typer(compliance_filing.hold, name="hold")
app.command(name="record", epilog=compliance_filing.EXAMPLES)(compliance_filing.record)


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


AsJson = Annotated[Format, typer.Option("--format", help="How the result is printed.")]


@app.command(
    epilog="Examples:  xiaorong compliance explain C000017  |  "
    "xiaorong compliance explain C000017 --at 2026-11-23T10:05  |  "
    "xiaorong compliance explain C000017 --last 0 --format json > C000017.json"
)
def explain(
    context: typer.Context,
    customer: compliance_filing.Customer,
    at: Annotated[
        datetime | None,
        typer.Option(
            help="Another time than now, in the time zone of the settings: what was decided up to then, or "
            "what would be.",
            show_default=False,
        ),
    ] = None,
    last: Annotated[int, typer.Option(min=0, help="How many decisions to show; 0 for all.")] = 10,
    format: AsJson = Format.TEXT,  # noqa: A002
) -> None:
    """Say why a customer was called or not, by which rule and on which facts, and when they may be called."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_explain import explain_customer

        explain_customer(settings, database, customer, at, last or None, as_json=format is Format.JSON)


@app.command(
    epilog="Examples:  xiaorong compliance simulate --overrides stricter.yaml --days 30  |  "
    "xiaorong compliance simulate --pack draft.yaml --campaign march --format json > changes.json"
)
def simulate(
    context: typer.Context,
    pack: Annotated[
        Path | None, typer.Option(help="A rule pack to try, with its file.", show_default=False)
    ] = None,
    overrides: Annotated[
        Path | None, typer.Option(help="House rules to try, with their file.", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Replay the decisions of the last so many days.")] = 7,
    campaign: Annotated[
        str | None, typer.Option(help="Only those of one campaign.", show_default=False)
    ] = None,
    format: AsJson = Format.TEXT,  # noqa: A002
) -> None:
    """Replay decisions on record under changed rules, and show which verdicts change. Nothing is written.

    Each is replayed alone, on the facts of its time.
    """
    if pack is None and overrides is None:
        raise typer.BadParameter("give --pack, --overrides or both")
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_simulate import simulate_change

        simulate_change(settings, database, pack, overrides, days, campaign, as_json=format is Format.JSON)


@app.command(
    epilog="Examples:  xiaorong compliance show  |  xiaorong compliance show us-reg-f  |  "
    "xiaorong compliance show --format json > rules.json"
)
def show(
    context: typer.Context,
    pack: Annotated[
        str | None,
        typer.Argument(help="A rule pack that ships. Default: yours, as it is in force.", show_default=False),
    ] = None,
    format: AsJson = Format.TEXT,  # noqa: A002
) -> None:
    """Show the rules in force: hard limits, defaults, what the house sets otherwise, and the sources."""
    from campaigns.cli.compliance_show import show_rules

    show_rules(context.obj, pack, as_json=format is Format.JSON)


@app.command(
    epilog="Examples:  xiaorong compliance verify  |  "
    "xiaorong compliance verify --noted 1042:9f86d081884c7d65…"
)
def verify(
    context: typer.Context,
    noted: Annotated[
        str | None,
        typer.Option(
            help="ID:LINK of a head that was written down; it must still be there.", show_default=False
        ),
    ] = None,
) -> None:
    """Verify the log of decisions, link by link, and name the first broken one. Exit code 1 when there is
    one.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_verify import verify_log

        holds = verify_log(settings, database, noted)
    if not holds:
        raise typer.Exit(1)


@app.command(epilog='Example:  xiaorong compliance reseal --reason "key file lost, case 2026-17"')
def reseal(context: typer.Context, reason: compliance_filing.Reason) -> None:
    """Seal the log anew after the permit key was replaced; that it was done stays on record.

    The links must hold. Until then no call is decided on.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_verify import reseal_log

        reseal_log(settings, database, reason)


@app.command(epilog="Examples:  xiaorong compliance retention  |  xiaorong compliance retention --apply")
def retention(
    context: typer.Context,
    apply: Annotated[bool, typer.Option("--apply", help="Delete what is past its time.")] = False,
    format: AsJson = Format.TEXT,  # noqa: A002
) -> None:
    """Show which records of each kind are past their time, and delete them with --apply."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_retention import keep_or_delete

        keep_or_delete(settings, database, apply=apply, as_json=format is Format.JSON)
