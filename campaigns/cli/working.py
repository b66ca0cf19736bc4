"""A worker in the foreground that serves whatever campaign runs."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from rich.console import Console
from rich.live import Live
from rich.text import Text

from campaigns.cli.running import Tally, supervise
from campaigns.clock import Clock
from campaigns.dialing.assembly import SoundOptions, open_worker
from campaigns.dialing.timing import choose_clock
from campaigns.dialing.worker import Duty, RunEnd, Worker
from campaigns.settings import Settings
from campaigns.store.database import Database

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
    console: Console | None = None,
) -> RunEnd:
    """Serve campaigns until stopped or idle, and go on as a new worker when a peer had to take over.

    Raises CampaignsError.
    """
    console = console or Console()
    tally = Tally()
    while True:
        clock = choose_clock(settings, database, real_time=real_time)
        with open_worker(settings, database, None, clock, tally, sound=sound, duty=duty) as worker:
            end = _watch(worker, clock, tally, settings.zone, console)
        if end is not RunEnd.FENCED:
            console.print(f"{ENDS.get(end, end.value)}  {tally}")
            return end
        console.print("Another worker has taken over what was going on here; starting again.")


def _watch(worker: Worker, clock: Clock, tally: Tally, zone: tzinfo, console: Console) -> RunEnd:
    """Run a worker with a line that tells how it is doing."""
    line = Text()

    def show() -> None:
        now = clock.now().astimezone(zone)
        line.plain = f"{now:%Y-%m-%d %H:%M}  calls now {worker.live:,}  {tally}"

    with Live(line, console=console, refresh_per_second=2, transient=not console.is_terminal):
        return asyncio.run(supervise(worker, show, console))
