"""A worker in the foreground that serves whatever campaign runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import tzinfo
from functools import partial

from rich.console import Console
from rich.live import Live
from rich.text import Text

from campaigns.cli.answering import Received, check_receives
from campaigns.cli.calendar_watch import watch_calendar
from campaigns.cli.running import Tally, supervise
from campaigns.clock import Clock
from campaigns.dialing.assembly import SoundOptions, open_switchboard, open_worker
from campaigns.dialing.events import ReceptionEvent, WorkerEvent
from campaigns.dialing.smoothness import smooth_calls
from campaigns.dialing.switchboard import Switchboard
from campaigns.dialing.timing import choose_clock
from campaigns.dialing.worker import Duty, RunEnd, Worker
from campaigns.logs.setup import set_up_logs
from campaigns.metrics.port import metrics_port, open_metrics
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.tracing import set_up_traces

ENDS = {
    RunEnd.IDLE: "No campaign runs any more.",
    RunEnd.STOPPED: "The worker is stopped.",
    RunEnd.LEFT: "The worker left at once: calls that were going on are recorded as lost.",
}


def work(
    settings: Settings,
    database: Database,
    duty: Duty,
    *,
    real_time: bool = False,
    sound: SoundOptions | None = None,
    with_calls: bool = False,
    console: Console | None = None,
) -> RunEnd:
    """Serve campaigns until stopped or idle, and go on as a new worker when a peer had to take over.

    ``with_calls``: take the calls to us too. Raises CampaignsError.
    """
    if with_calls:
        check_receives(settings)
    set_up_logs(settings, service=True)
    set_up_traces(settings)
    console = console or Console()
    tally, received = Tally(), Received()
    metrics = open_metrics(settings, database)

    def listen(event: WorkerEvent) -> None:
        tally(event)
        metrics.hear(event)

    def receives(event: ReceptionEvent) -> None:
        received(event)
        metrics.hear_in(event)

    with metrics_port(settings, metrics):
        while True:
            clock = choose_clock(settings, database, real_time=real_time)
            watch_calendar(settings, clock.now())
            opened: AbstractContextManager[Worker | Switchboard] = (
                open_switchboard(settings, database, None, clock, listen, receives, duty, metrics=metrics)
                if with_calls
                else open_worker(
                    settings, database, None, clock, listen, sound=sound, duty=duty, metrics=metrics
                )
            )
            with opened as worker, smooth_calls():
                metrics.watch_live(partial(_live, worker))
                end = _watch(worker, partial(_line, worker, clock, settings.zone, tally, received), console)
            if end is not RunEnd.FENCED:
                console.print(f"{ENDS.get(end, end.value)}  {tally}")
                return end
            console.print("Another worker has taken over what was going on here; starting again.")


def _live(worker: Worker | Switchboard) -> int:
    return worker.live


def _line(worker: Worker | Switchboard, clock: Clock, zone: tzinfo, tally: Tally, received: Received) -> str:
    told = f"{clock.now().astimezone(zone):%Y-%m-%d %H:%M}  calls now {worker.live:,}  {tally}"
    return f"{told}  calls in: {received}" if received.counts else told


def _watch(worker: Worker | Switchboard, tell: Callable[[], str], console: Console) -> RunEnd:
    """Run a worker with a line that tells how it is doing."""
    line = Text()

    def show() -> None:
        line.plain = tell()

    with Live(line, console=console, refresh_per_second=2, transient=not console.is_terminal):
        return asyncio.run(supervise(worker, show, console))
