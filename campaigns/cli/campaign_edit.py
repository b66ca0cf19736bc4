"""``xiaorong campaign edit``, ``stop``, ``queue``, ``windows`` and ``changes``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.settings import Settings
    from campaigns.store.database import Database

EDIT = (
    "Examples:  xiaorong campaign edit march --concurrency 40 --calls-per-second 4  |  "
    "xiaorong campaign edit march --windows evenings.yaml  |  "
    "xiaorong campaign edit march --retries retries.yaml --caller-ids +8610000000  |  "
    "xiaorong campaign edit march --clear windows,priorities  |  "
    "xiaorong campaign edit march --control-groups 监管要求逐户告知"
)
STOP = "Example:  xiaorong campaign stop march"
QUEUE = "Examples:  xiaorong campaign queue march  |  xiaorong campaign queue march --limit 100"
WINDOWS = "Examples:  xiaorong campaign windows march  |  xiaorong campaign windows march --days 30"
CHANGES = "Example:  xiaorong campaign changes march"

Name = Annotated[str, typer.Argument(help="The campaign's name.", show_default=False)]
By = Annotated[str | None, typer.Option(help="Who does it. Default: the user.", show_default=False)]


def edit(
    context: typer.Context,
    name: Name,
    concurrency: Annotated[int | None, typer.Option(min=1, max=1000, help="Calls at once.")] = None,
    calls_per_second: Annotated[
        float | None, typer.Option(min=0.01, max=1000, help="New calls a second.")
    ] = None,
    windows: Annotated[
        Path | None, typer.Option(help="File of the campaign's hours by weekday and date.")
    ] = None,
    retries: Annotated[
        Path | None, typer.Option(help="File of waits and most tries by class, as in retry.yaml.")
    ] = None,
    caller_ids: Annotated[str, typer.Option(help="Only these caller numbers, such as A,B.")] = "",
    priorities: Annotated[
        Path | None, typer.Option(help="File of the order of calling, as priorities.yaml.")
    ] = None,
    control_groups: Annotated[
        str | None,
        typer.Option(help="Call whom other experiments leave alone too: why.", show_default=False),
    ] = None,
    clear: Annotated[
        str,
        typer.Option(
            help="Back to the installation's: windows, retries, caller_ids, priorities, control_groups."
        ),
    ] = "",
    by: By = None,
) -> None:
    """Change a campaign that is a draft or paused. What was before and after is on record."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.editing import check_edit, load_edit, reason_of
        from campaigns.outcomes.retry import shipped_retry_policy
        from campaigns.store.campaigns import campaign_by_name
        from campaigns.store.changes import edit_campaign

        wanted = load_edit(
            windows=windows,
            retries=retries,
            priorities=priorities,
            concurrency=concurrency,
            calls_per_second=calls_per_second,
            caller_ids=parse_names(caller_ids) or None,
            control_groups=reason_of(control_groups),
            clear=parse_names(clear),
        )
        now = _now(settings, database)
        today = now.astimezone(settings.zone).date()
        check_edit(wanted, settings.callers, shipped_retry_policy(), today)
        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            change = edit_campaign(
                session, campaign.id, wanted.values(), by=by or getpass.getuser(), at=now, today=today
            )
        for field, after in change.after.items():
            typer.echo(f"{field}: {_short(change.before[field])} → {_short(after)}")


def stop(context: typer.Context, name: Name, by: By = None) -> None:
    """End a campaign for good: no new calls; those in progress go on to their end."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.store.campaigns import campaign_by_name
        from campaigns.store.changes import stop_campaign

        now = _now(settings, database)
        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            left = stop_campaign(session, campaign.id, by=by or getpass.getuser(), at=now)
        typer.echo(
            f"Campaign {name!r} is ended; {left:,} members were not done. "
            f"More: xiaorong campaign report {name}"
        )


def queue(
    context: typer.Context,
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many members.")] = 20,
) -> None:
    """Show who is called next, and why: value of a call now, due time, what it goes by."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.campaign_queue_view import print_queue
        from campaigns.store.campaigns import campaign_by_name
        from campaigns.store.changes import rules_by_campaign
        from campaigns.store.priorities import queue_of

        now = _now(settings, database)
        today = now.astimezone(settings.zone).date()
        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            rules = rules_by_campaign(session, campaign.id)
            members = queue_of(session, campaign.id, now, today, limit)
        print_queue(members, rules, now, settings.zone, settings.language)


def windows(
    context: typer.Context,
    name: Name,
    days: Annotated[int, typer.Option(min=1, max=40, help="How many days.")] = 14,
) -> None:
    """Show on which days and hours a campaign may call: by its own window, within the law's."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.campaign_queue_view import print_windows
        from campaigns.compliance.effective import load_effective
        from campaigns.store.campaigns import campaign_by_name
        from campaigns.store.changes import window_of

        with database.transaction() as session:
            window = window_of(session, campaign_by_name(session, name).id)
        pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
        first = _now(settings, database).astimezone(settings.zone).date()
        print_windows(name, window, pack, first, days)


def changes(context: typer.Context, name: Name) -> None:
    """Show who changed what of a campaign, and when."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.store.campaigns import campaign_by_name
        from campaigns.store.changes import changes_of

        with database.transaction() as session:
            record = changes_of(session, campaign_by_name(session, name).id)
        if not record:
            typer.echo(f"Nothing was changed of campaign {name!r} since it was created.")
        for change in record:
            typer.echo(
                f"{change.at.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}  {change.what}  by {change.by}"
            )
            for field in change.after:
                before, after = change.before.get(field), change.after[field]
                typer.echo(f"    {field}: {_short(before)} → {_short(after)}")


def _now(settings: Settings, database: Database) -> datetime:
    from campaigns.dialing.timing import choose_clock

    return choose_clock(settings, database, real_time=False).now()


def _short(value: object) -> str:
    text = "default" if value is None else str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
