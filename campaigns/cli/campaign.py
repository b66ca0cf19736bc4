"""``xiaorong campaign``."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli import campaign_edit
from campaigns.cli.installation import open_installation, parse_codes, parse_names
from campaigns.said import Said

app = typer.Typer(no_args_is_help=True, help="Create, run and report campaigns.")
app.command(name="edit", epilog=campaign_edit.EDIT)(campaign_edit.edit)
app.command(name="stop", epilog=campaign_edit.STOP)(campaign_edit.stop)
app.command(name="queue", epilog=campaign_edit.QUEUE)(campaign_edit.queue)
app.command(name="windows", epilog=campaign_edit.WINDOWS)(campaign_edit.windows)
app.command(name="changes", epilog=campaign_edit.CHANGES)(campaign_edit.changes)

Name = Annotated[str, typer.Argument(help="The campaign's name.", show_default=False)]
RealTime = Annotated[
    bool, typer.Option("--real-time", help="Let the simulated line ring and talk in real time.")
]
Audio = Annotated[
    bool,
    typer.Option("--audio", help="Hold the calls by voice, with simulated customers who speak."),
]
Channel = Annotated[
    str | None,
    typer.Option(
        help="By voice, all over one kind of connection: clean, landline, mobile, noisy_street, ...",
        show_default=False,
    ),
]
Alone = Annotated[
    str,
    typer.Option(
        metavar="REASON",
        help="Without the second person who must agree to a large campaign; why, kept on record.",
        show_default=False,
    ),
]


@app.command(
    epilog="Examples:  xiaorong campaign create march  |  "
    "xiaorong campaign create early --grades B,C --min-days 1 --max-days 30 --concurrency 20  |  "
    "xiaorong campaign create broken --flow broken-promise  |  "
    "xiaorong campaign create often --treatment frequent  |  "
    "xiaorong campaign create twice --tags promise_broken_twice --without-tags relief_approved  |  "
    "xiaorong campaign create spring --flow dormant-offer --invitation 您有一份老客户的利率优惠 "
    "--invitation-until 2026-12-31 --approved-by 产品部  |  "
    "xiaorong campaign create pilot --experiment openings --arm a:45% --arm b=my-variant:45% --holdout 10%"
)
def create(
    context: typer.Context,
    name: Name,
    flow: Annotated[
        str | None,
        typer.Option(
            help="The dialogue flow to hold. Default: the treatment's, or repayment-reminder.",
            show_default=False,
        ),
    ] = None,
    grades: Annotated[str, typer.Option(help="Only these grades, such as B,C. Default: all.")] = "",
    min_days: Annotated[
        int | None, typer.Option(help="At least so many days past due.", show_default=False)
    ] = None,
    max_days: Annotated[
        int | None, typer.Option(help="At most so many days past due.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="The first so many customers.", show_default=False)
    ] = None,
    tags: Annotated[str, typer.Option(help="Only who has all of these tags, such as a,b.")] = "",
    without_tags: Annotated[str, typer.Option(help="Only who has none of these tags.")] = "",
    treatment: Annotated[
        str | None,
        typer.Option(help="Only who gets this treatment and is due to be contacted.", show_default=False),
    ] = None,
    treatments: Annotated[
        Path | None,
        typer.Option(help="The treatment file. Default: the one that ships.", show_default=False),
    ] = None,
    broken_promises: Annotated[
        bool, typer.Option("--broken-promises", help="Only who broke their latest promise to pay.")
    ] = False,
    dormant_days: Annotated[
        int | None,
        typer.Option(min=1, help="Invitations: not heard of for so many days.", show_default=False),
    ] = None,
    invitation: Annotated[
        str | None, typer.Option(help="Invitations: the approved words.", show_default=False)
    ] = None,
    invitation_until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Invitations: their last day.", show_default=False),
    ] = None,
    approved_by: Annotated[
        str, typer.Option(help="Invitations: who approved them.", show_default=False)
    ] = "",
    windows: Annotated[
        Path | None,
        typer.Option(help="File of its hours by weekday and date. Default: the law's.", show_default=False),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            help="Compare scripts, under this name: campaigns that share it keep each customer in one arm.",
            show_default=False,
        ),
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            help="Experiments: NAME[=FLOW][:SHARE], such as b=later-stage:40%. The first is the reference.",
            show_default=False,
        ),
    ] = None,
    holdout: Annotated[
        str, typer.Option(help="Experiments: this share is left alone, such as 10%.", show_default=False)
    ] = "",
    human_only: Annotated[
        str, typer.Option(help="Experiments: this share is for people to call.", show_default=False)
    ] = "",
    concurrency: Annotated[int, typer.Option(min=1, max=1000, help="Calls at once.")] = 20,
    calls_per_second: Annotated[float, typer.Option(min=0.01, max=1000, help="New calls a second.")] = 2.0,
) -> None:
    """Create a campaign over the customers that fit the filter, and whom the flow is for.

    due-reminder is for accounts not yet late (M0), repayment-reminder for 1 to 30 days past due (M1),
    later-stage for 31 to 90 (M2, M3), broken-promise for promises not kept, dormant-offer for customers who
    owe nothing and have not been heard of for long.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.creating import DEFAULT_FLOW, create_campaign_of, experiment_of, invitation_of
        from campaigns.cli.treating import plan_for_campaign
        from campaigns.dialing.audience import Audience
        from campaigns.dialing.creation import NewCampaign
        from campaigns.dialing.editing import load_window

        audience = Audience(
            grades=parse_codes(grades),
            min_days_past_due=min_days,
            max_days_past_due=max_days,
            limit=limit,
            broken_promises=broken_promises,
            tags=parse_names(tags),
            without_tags=parse_names(without_tags),
            treatment=treatment,
            dormant_days=dormant_days,
        )
        words = invitation_of(invitation, invitation_until, approved_by)
        if treatment is not None:
            flow = plan_for_campaign(settings, database, treatment, flow, treatments)
        window = None if windows is None else load_window(windows)
        design = experiment_of(experiment, arm or [], holdout, human_only, flow)
        chosen = flow or (design and design.reference.flow) or DEFAULT_FLOW
        wanted = NewCampaign(name, chosen, audience, concurrency, calls_per_second, words, window, design)
        typer.echo(create_campaign_of(settings, database, wanted))


@app.command("list", epilog="Example:  xiaorong campaign list")
def list_all(context: typer.Context) -> None:
    """List the campaigns, newest first."""
    with open_installation(context.obj) as (settings, database):
        from rich.console import Console
        from rich.table import Column

        from campaigns.store.campaigns import list_campaigns
        from campaigns.tables import Table

        with database.transaction() as session:
            campaigns = list_campaigns(session)
        if not campaigns:
            typer.echo("There is no campaign yet; see 'xiaorong campaign create --help'.")
            return
        table = Table("Name", "Flow", "State", "Members", "Done", Column("Created", min_width=10))
        for campaign in campaigns:
            created = campaign.created_at.astimezone(settings.zone)
            table.add_row(
                campaign.name,
                campaign.flow,
                campaign.state,
                f"{campaign.members:,}",
                f"{campaign.done:,}",
                f"{created:%Y-%m-%d %H:%M}",
            )
        Console().print(table)


@app.command(epilog="Example:  xiaorong campaign show march")
def show(context: typer.Context, name: Name) -> None:
    """Show one campaign: its settings, its state and how far it has come."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.campaign_view import print_campaign
        from campaigns.store.campaigns import campaign_by_name, progress_of

        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            print_campaign(campaign, progress_of(session, campaign.id), settings.zone)


@app.command(
    epilog="Examples:  xiaorong campaign run march  |  xiaorong campaign run march --real-time.  "
    "Ctrl-C lets the calls in progress end; a second Ctrl-C leaves at once. Running again goes on."
)
def run(
    context: typer.Context,
    name: Name,
    real_time: RealTime = False,
    audio: Audio = False,
    channel: Channel = None,
    alone: Alone = "",
) -> None:
    """Run a campaign until it is finished, paused or stopped. On the simulated line time is virtual."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.running import exit_as, run_campaign, sound_options

        sound = sound_options(audio, channel)
        exit_as(run_campaign(settings, database, name, real_time=real_time, alone=alone, sound=sound))


@app.command(
    epilog="Examples:  xiaorong campaign launch march  |  "
    'xiaorong campaign launch march --alone "the director agreed by telephone"'
)
def launch(context: typer.Context, name: Name, alone: Alone = "") -> None:
    """Set a new or paused campaign running, for the workers; see xiaorong worker run."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.launching import launch_for_workers

        typer.echo(launch_for_workers(settings, database, name, alone))


@app.command(epilog="Example:  xiaorong campaign pause march")
def pause(context: typer.Context, name: Name) -> None:
    """Pause a campaign: no new calls; those in progress go on to their end."""
    with open_installation(context.obj) as (_, database):
        from campaigns.clock import SystemClock
        from campaigns.store.campaigns import campaign_by_name, pause_campaign
        from campaigns.store.changes import note_change

        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            if pause_campaign(session, campaign.id, Said("paused by an operator")):
                note_change(session, campaign.id, "pause", getpass.getuser(), SystemClock().now())
    typer.echo(f"Campaign {name!r} is paused. Go on with: xiaorong campaign resume {name}")


@app.command(epilog="Example:  xiaorong campaign resume march")
def resume(
    context: typer.Context,
    name: Name,
    real_time: RealTime = False,
    audio: Audio = False,
    channel: Channel = None,
    alone: Alone = "",
) -> None:
    """Resume a paused campaign and run it."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.running import exit_as, run_campaign, sound_options

        sound = sound_options(audio, channel)
        end = run_campaign(
            settings, database, name, real_time=real_time, resume=True, alone=alone, sound=sound
        )
        exit_as(end)


@app.command(
    epilog="Examples:  xiaorong campaign report march  |  "
    "xiaorong campaign report march --csv march/ --html march.html"
)
def report(
    context: typer.Context,
    name: Name,
    csv: Annotated[
        Path | None,
        typer.Option(help="Also write a summary and one row a member to this folder.", show_default=False),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Also write a printable page to this file.", show_default=False)
    ] = None,
) -> None:
    """Report a campaign: funnel, dispositions, promises, refusals, number states."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.reporting import report_campaign

        report_campaign(settings, database, name, csv=csv, html=html)
