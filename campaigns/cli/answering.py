"""Taking the calls that customers make to us, in the foreground."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.text import Text

from campaigns.dialing.assembly import open_reception
from campaigns.dialing.events import CameIn, EndedIn, ReceptionEvent
from campaigns.dialing.inbound import Reception
from campaigns.dialing.timing import SIMULATED, choose_clock
from campaigns.errors import ConflictError
from campaigns.logs.setup import set_up_logs
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.tracing import set_up_traces
from telephony.line import InboundCalls


class Received:
    """Counts calls to us."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, event: ReceptionEvent) -> None:
        match event:
            case CameIn():
                self.counts["answered"] += 1
            case EndedIn():
                self.counts["ended"] += 1
                self.counts["right party"] += event.right_party
                self.counts["promises"] += event.promised is not None
            case _:
                pass

    def __str__(self) -> str:
        names = ("answered", "ended", "right party", "promises")
        return "  ".join(f"{name} {self.counts[name]:,}" for name in names)


def check_receives(settings: Settings) -> None:
    """Raises ConflictError on a line to which nobody calls."""
    if settings.line == SIMULATED:
        raise ConflictError("nobody calls in on the simulated line: use 'xiaorong inbound simulate'")


def serve_calls(settings: Settings, database: Database, console: Console | None = None) -> bool:
    """Take calls until stopped; whether those in progress could end. Raises CampaignsError, LineError."""
    check_receives(settings)
    set_up_logs(settings, service=True)
    set_up_traces(settings)
    console = console or Console()
    clock = choose_clock(settings, database, real_time=True)
    received, line = Received(), Text()

    def show(reception: Reception) -> None:
        now = clock.now().astimezone(settings.zone)
        line.plain = f"{now:%Y-%m-%d %H:%M}  calls now {reception.live:,}  {received}"

    with open_reception(settings, database, clock, listener=received) as (reception, inbound):
        with Live(line, console=console, refresh_per_second=2, transient=not console.is_terminal):
            ended = asyncio.run(_supervise(reception, inbound, lambda: show(reception), console))
        if reception.failed:
            console.print(f"{reception.failed} calls failed; nothing of them is on record")
    console.print(f"{'No more calls are taken.' if ended else 'Left at once.'}  {received}")
    console.print("All calls so far: xiaorong inbound report")
    return ended


async def _supervise(
    reception: Reception, inbound: InboundCalls, show: Callable[[], None], console: Console
) -> bool:
    """The first Ctrl-C takes no more calls and lets the others end, the second leaves at once."""
    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(reception.serve(inbound))
    asked = 0

    def interrupted() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            reception.stop()
            console.print("Stopping: calls in progress may end first. Ctrl-C again leaves at once.")
        else:
            serving.cancel()

    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, interrupted)
    try:
        while not serving.done():
            await asyncio.wait({serving}, timeout=0.5)  # real time: it is a person who watches
            show()
        serving.result()
        return True
    except asyncio.CancelledError:
        return False
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(signum)
