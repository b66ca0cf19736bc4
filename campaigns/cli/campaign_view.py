"""One campaign on a terminal."""

from __future__ import annotations

from datetime import tzinfo

from rich.console import Console

from campaigns.store.campaigns import CampaignView, Progress
from campaigns.tables import Table


def print_campaign(campaign: CampaignView, progress: Progress, zone: tzinfo) -> None:
    """Print settings, state and progress."""
    table = Table(show_header=False, title=f"Campaign {campaign.name}")
    table.add_row("State", campaign.state + (f" ({campaign.pause_reason})" if campaign.pause_reason else ""))
    table.add_row("Flow", campaign.flow)
    table.add_row("Purpose", campaign.purpose)
    table.add_row("Calls at once", str(campaign.concurrency))
    table.add_row("New calls a second", f"{campaign.calls_per_second:g}")
    for label, moment in (
        ("Created", campaign.created_at),
        ("Started", campaign.started_at),
        ("Finished", campaign.finished_at),
        ("Next call due", progress.next_due_at),
    ):
        if moment is not None:
            table.add_row(label, f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}")
    table.add_row("Members", f"{campaign.members:,}")
    table.add_row("  done", f"{campaign.done:,}")
    table.add_row("  waiting", f"{progress.waiting:,}")
    table.add_row("  in the queue", f"{progress.queued:,}")
    table.add_row("Attempts", f"{progress.attempts:,}")
    table.add_row("  ringing or talking", f"{progress.live:,}")
    Console().print(table)
