"""Running a campaign in the foreground: progress, the keyboard, and the closing funnel."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from campaigns.cli.launching import operator_of
from campaigns.dialing.assembly import SoundOptions, open_worker
from campaigns.dialing.events import Decided, Dialled, Ended, Listener, WorkerEvent, ignore
from campaigns.dialing.switchboard import Switchboard
from campaigns.dialing.timing import choose_clock
from campaigns.dialing.worker import RunEnd, Worker
from campaigns.errors import StoreError
from campaigns.outcomes.report_terminal import funnel_table
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name, check_can_run, resume_campaign
from campaigns.store.changes import note_change
from campaigns.store.console.launches import settle_launch
from campaigns.store.database import Database
from campaigns.store.reporting import campaign_report


class Tally:
    """Counts what a worker tells, for the line under the bar."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, event: WorkerEvent) -> None:
        match event:
            case Decided(verdict=verdict):
                self.counts[verdict] += 1
            case Dialled():
                self.counts["dialled"] += 1
            case Ended():
                self.counts["connected"] += event.answered
                self.counts["right party"] += event.right_party
                self.counts["promises"] += event.promised is not None

    def __str__(self) -> str:
        names = ("dialled", "connected", "right party", "promises")
        return "  ".join(f"{name} {self.counts[name]:,}" for name in names)


def sound_options(audio: bool, channel: str | None) -> SoundOptions | None:
    """What the options of a command come to; a kind of connection means sound."""
    return SoundOptions(channel) if audio or channel else None


def run_campaign(
    settings: Settings,
    database: Database,
    name: str,
    *,
    real_time: bool = False,
    resume: bool = False,
    alone: str = "",
    sound: SoundOptions | None = None,
    also: Listener = ignore,
    console: Console | None = None,
) -> RunEnd:
    """Run until finished, paused or stopped; print progress and the closing funnel.

    ``alone``: why no second person need agree to a large campaign. Raises CampaignsError.
    """
    console = console or Console()
    with database.transaction() as session:
        campaign = campaign_by_name(session, name)
    if not resume:
        check_can_run(campaign.name, campaign.state, campaign.pause_reason)
    operator = operator_of(settings, alone)
    with database.transaction() as session:
        settle_launch(session, name, operator)
    clock = choose_clock(settings, database, real_time=real_time)
    tally = Tally()

    def listen(event: WorkerEvent) -> None:
        tally(event)
        also(event)

    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )
    task = progress.add_task(name, total=campaign.members, completed=campaign.done)
    below = Text(style="dim")
    with open_worker(settings, database, campaign, clock, listen, sound=sound) as worker:
        if resume:  # only now is it sure that nobody else runs it
            with database.transaction() as session:
                resume_campaign(session, campaign.id)
                note_change(session, campaign.id, "resume", operator.name, clock.now())

        def show() -> None:
            with suppress(StoreError), database.transaction() as session:  # the worker minds the store
                progress.update(task, completed=campaign_by_name(session, name).done)
            below.plain = f"{clock.now().astimezone(settings.zone):%Y-%m-%d %H:%M}  {tally}"
            if worker.waiting_until is not None:
                below.append(f"  next call {worker.waiting_until.astimezone(settings.zone):%m-%d %H:%M}")

        with Live(Group(progress, below), console=console, refresh_per_second=5):
            end = asyncio.run(supervise(worker, show, console))
            show()
    if not console.is_terminal:
        console.print()  # what is shown last is left without an end of its line
    _close(settings, database, name, end, console)
    return end


async def supervise(worker: Worker | Switchboard, show: Callable[[], None], console: Console) -> RunEnd:
    """Run the worker; the first Ctrl-C lets calls end, the second leaves at once."""
    loop = asyncio.get_running_loop()
    run = asyncio.ensure_future(worker.run())
    asked = 0

    def interrupted() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            worker.stop()
            console.print("Stopping: calls in progress may end first. Ctrl-C again leaves at once.")
        else:
            run.cancel()

    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, interrupted)
    try:
        while not run.done():
            await asyncio.wait({run}, timeout=0.5)  # real time: it is a person who watches
            show()
        return run.result()
    except asyncio.CancelledError:
        return RunEnd.LEFT
    finally:
        if not run.done():
            run.cancel()
            await asyncio.wait({run})
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(signum)


def _close(settings: Settings, database: Database, name: str, end: RunEnd, console: Console) -> None:
    with database.transaction() as session:
        campaign = campaign_by_name(session, name)
        report = campaign_report(session, campaign.id, settings.zone)
    console.print(funnel_table(report, settings.language))
    match end:
        case RunEnd.FINISHED:
            console.print(f"Campaign {name!r} is finished. More: xiaorong campaign report {name}")
        case RunEnd.PAUSED:
            console.print(
                f"Campaign {name!r} is paused ({campaign.pause_reason}). "
                f"Go on with: xiaorong campaign resume {name}"
            )
        case RunEnd.LEFT:
            console.print(
                f"Left campaign {name!r} at once: calls that were going on will be recorded as lost. "
                f"Go on with: xiaorong campaign run {name}"
            )
        case RunEnd.FENCED:
            console.print(
                f"Another worker has taken over the calls of campaign {name!r} from here. "
                f"Go on with: xiaorong campaign run {name}"
            )
        case _:
            console.print(f"Campaign {name!r} is stopped. Go on with: xiaorong campaign run {name}")


def exit_as(end: RunEnd) -> None:
    """A run that was left in mid-call is no success."""
    if end is RunEnd.LEFT:
        sys.exit(130)
