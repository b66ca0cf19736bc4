"""Workers on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.console import Console

from campaigns.dialing.lease import FENCE_S
from campaigns.store.workers import ALIVE, WorkerView
from campaigns.tables import Table


def print_workers(workers: Sequence[WorkerView], zone: tzinfo) -> None:
    """One row a worker. Who is not heard of is told so: it dials no more, and a peer will take over."""
    console = Console()
    if not workers:
        console.print("No worker is alive; see 'xiaorong worker run --help'.")
        return
    table = Table("Worker", "Host", "Process", "State", "Serves", "Calls", "Since", "Last heard of")
    for worker in workers:
        silent_s = worker.silent_for.total_seconds()
        state, heard = worker.state, f"{silent_s:.0f} s ago"
        if worker.state == ALIVE and silent_s >= FENCE_S:
            state = "silent"
        if worker.ended_at is not None:
            heard = f"{worker.ended_at.astimezone(zone):%m-%d %H:%M:%S}"
        table.add_row(
            worker.id.rpartition(":")[2],
            worker.host,
            str(worker.pid),
            state,
            worker.campaign or "all",
            f"{worker.live:,}",
            f"{worker.started_at.astimezone(zone):%m-%d %H:%M:%S}",
            heard,
        )
    console.print(table)
