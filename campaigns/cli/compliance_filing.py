"""``xiaorong compliance record`` and ``hold``: what staff put on file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

hold = typer.Typer(no_args_is_help=True, help="Keep a customer's records, whatever their time.")

EXAMPLES = (
    "Examples:  "
    "xiaorong compliance record C000017 consent --number +12125550123 --evidence form-881  |  "
    "xiaorong compliance record C000017 hours --not-given --start 08:00 --end 12:00 --days mon,tue  |  "
    "xiaorong compliance record C000017 bankruptcy --not-given --as-of 2026-11-20"
)

Customer = Annotated[
    str, typer.Argument(help="The customer's id, as in the customer file.", show_default=False)
]
Reason = Annotated[str, typer.Option(help="Why, with a reference to the paper.", show_default=False)]


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
