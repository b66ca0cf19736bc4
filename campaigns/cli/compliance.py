"""``xiaorong compliance``: what a regulator's auditor and operations staff ask of the rules and of the
record.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(
    no_args_is_help=True, help="Explain, verify and try out the rules of calling; keep records in time."
)
hold = typer.Typer(no_args_is_help=True, help="Keep a customer's records, whatever their time.")
app.add_typer(hold, name="hold")


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


Customer = Annotated[
    str, typer.Argument(help="The customer's id, as in the customer file.", show_default=False)
]
AsJson = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
Reason = Annotated[str, typer.Option(help="Why, with a reference to the paper.", show_default=False)]


@app.command(
    epilog="Examples:  xiaorong compliance explain C000017  |  "
    "xiaorong compliance explain C000017 --at 2026-11-23T10:05  |  "
    "xiaorong compliance explain C000017 --last 0 --format json > C000017.json"
)
def explain(
    context: typer.Context,
    customer: Customer,
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
def reseal(context: typer.Context, reason: Reason) -> None:
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
    """Show which recordings, transcripts and decisions are past their time, and delete them with --apply."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_retention import keep_or_delete

        keep_or_delete(settings, database, apply=apply, as_json=format is Format.JSON)


@app.command(
    epilog="Examples:  "
    "xiaorong compliance record C000017 consent --number +12125550123 --evidence form-881  |  "
    "xiaorong compliance record C000017 hours --not-given --start 08:00 --end 12:00 --days mon,tue  |  "
    "xiaorong compliance record C000017 bankruptcy --not-given --as-of 2026-11-20"
)
def record(
    context: typer.Context,
    customer: Customer,
    kind: Annotated[
        str,
        typer.Argument(
            help="consent, hours, line, location, notice, talk, or a fact that the rule pack asks for.",
            show_default=False,
        ),
    ],
    given: Annotated[
        bool,
        typer.Option(
            "--given/--not-given", help="Not given: consent taken back, hours inconvenient, a fact not so."
        ),
    ] = True,
    as_of: Annotated[
        datetime | None, typer.Option(help="When it was so. Default: now.", show_default=False)
    ] = None,
    evidence: Annotated[str, typer.Option(help="Where the written record of it is.")] = "",
    account: Annotated[str | None, typer.Option(help="Only for this account.", show_default=False)] = None,
    number: Annotated[
        str | None, typer.Option(help="Only for this number, as +CODE…", show_default=False)
    ] = None,
    start: Annotated[str, typer.Option(help="Of hours, at the customer's.")] = "00:00",
    end: Annotated[str | None, typer.Option(help="Of hours. Default: midnight.", show_default=False)] = None,
    days: Annotated[str, typer.Option(help="Of hours, such as sat,sun. Default: every day.")] = "",
    line: Annotated[
        str | None, typer.Option(help="Of a number: wireless or landline.", show_default=False)
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Of a location, such as America/Denver.", show_default=False)
    ] = None,
    region: Annotated[str | None, typer.Option(help="Of a location.", show_default=False)] = None,
    by: Annotated[str, typer.Option(help="Of a talk: human or agency.")] = "human",
) -> None:
    """Put a fact on file that the rules turn on. It is kept for good; a later one takes it back."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_record import Filing, file_fact

        filing = Filing(
            kind=kind,
            given=given,
            as_of=as_of,
            evidence=evidence,
            account=account,
            number=number,
            start=start,
            end=end,
            days=days,
            line=line,
            zone=zone,
            region=region,
            by=by,
        )
        typer.echo(file_fact(settings, database, customer, filing))


@hold.command(epilog='Example:  xiaorong compliance hold add C000017 --reason "lawsuit 2026-114"')
def add(context: typer.Context, customer: Customer, reason: Reason) -> None:
    """Put a customer's records under a legal hold: nothing of theirs is deleted."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_record import add_hold

        typer.echo(add_hold(settings, database, customer, reason))


@hold.command(epilog='Example:  xiaorong compliance hold remove C000017 --reason "settled 2026-11-20"')
def remove(context: typer.Context, customer: Customer, reason: Reason) -> None:
    """Lift a customer's legal holds."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_record import remove_holds

        typer.echo(remove_holds(settings, database, customer, reason))


@hold.command("list", epilog="Example:  xiaorong compliance hold list")
def list_all(context: typer.Context) -> None:
    """List the legal holds in force."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.compliance_record import list_holds

        list_holds(settings, database)
