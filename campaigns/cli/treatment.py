"""``xiaorong treatment``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.campaign import Alone
from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="What each customer gets, and how often they hear of us.")

RulesFile = Annotated[
    Path | None,
    typer.Option(help="A treatment file. Default: the one that ships.", show_default=False),
]


@app.command(
    epilog="Examples:  xiaorong treatment show  |  xiaorong treatment show --rules my-treatments.yaml"
)
def show(context: typer.Context, rules: RulesFile = None) -> None:
    """Show the treatments in the order in which they are tried, and how many customers get each."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.treating import now, print_treatments
        from campaigns.customers.treatments.treatmentfile import load_treatments
        from campaigns.store.treatments import treatment_counts

        loaded = load_treatments(rules)
        with database.transaction() as session:
            today = now(settings, database).date()
            print_treatments(loaded, treatment_counts(session, today))


@app.command(
    epilog="Examples:  xiaorong treatment plan  |  xiaorong treatment plan --only relief --top 50  |  "
    "xiaorong treatment plan --rules my-treatments.yaml --csv plan.csv"
)
def plan(
    context: typer.Context,
    rules: RulesFile = None,
    only: Annotated[
        str | None, typer.Option(help="Show customers of this treatment.", show_default=False)
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Show so many customers.")] = 10,
    csv: Annotated[
        Path | None, typer.Option(help="Write the whole plan to this file.", show_default=False)
    ] = None,
) -> None:
    """Plan for everybody: who gets what, when the next contact is due, and why. It replaces the plan before.

    Run it after 'xiaorong grade' and 'xiaorong customers tag'.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.treating import now, plan_portfolio, print_plan, write_plan
        from campaigns.customers.treatments.treatmentfile import load_treatments, treatment_of
        from campaigns.store.treatments import planned_customers, treatment_counts

        loaded = load_treatments(rules)
        if only is not None:
            treatment_of(loaded, only)
        changed = plan_portfolio(settings, database, loaded)
        with database.transaction() as session:
            today = now(settings, database).date()
            first = planned_customers(session, treatment=only, limit=top)
            print_plan(loaded, treatment_counts(session, today), first)
            if csv is not None:
                write_plan(planned_customers(session), csv)
    typer.echo(f"{changed:,} customers have a new treatment.")


@app.command(
    epilog="Examples:  xiaorong treatment run  |  xiaorong treatment run --launch  |  "
    "xiaorong treatment run --invitation 您有一份老客户的利率优惠 --invitation-until 2026-12-31 "
    "--approved-by 产品部"
)
def run(
    context: typer.Context,
    rules: RulesFile = None,
    launch: Annotated[
        bool, typer.Option("--launch", help="Launch the standing campaigns. Default: they stay drafts.")
    ] = False,
    invitation: Annotated[
        str | None, typer.Option(help="Marketing calls: the approved words.", show_default=False)
    ] = None,
    invitation_until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Marketing calls: their last day.", show_default=False),
    ] = None,
    approved_by: Annotated[str, typer.Option(help="Marketing calls: who approved the words.")] = "",
    alone: Alone = "",
) -> None:
    """Do what is due today: queue messages, fill standing campaigns, put limits and products before people.

    Run it daily, after 'xiaorong grade' and 'xiaorong customers tag'; it plans anew first. Running it again
    on the same day does nothing more. Members who wait and have another treatment now are withdrawn.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.creating import invitation_of
        from campaigns.cli.treatment_running import print_run, run_today

        words = invitation_of(invitation, invitation_until, approved_by)
        print_run(run_today(settings, database, rules, words, launch=launch, alone=alone))


@app.command(
    epilog="Examples:  xiaorong treatment tasks  |  xiaorong treatment tasks --action review_limit "
    "--csv limits.csv --take"
)
def tasks(
    context: typer.Context,
    action: Annotated[
        str | None, typer.Option(help="Only review_limit, or cross_sell.", show_default=False)
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all to this file.", show_default=False)] = None,
    take: Annotated[
        bool, typer.Option("--take", help="With --csv: they are taken up, and not listed again.")
    ] = False,
) -> None:
    """List the limits and products that treatments put before people or the lender's system."""
    with open_installation(context.obj) as (_, database):
        from campaigns.cli.treatment_running import show_tasks

        show_tasks(database, action, csv, take=take)
