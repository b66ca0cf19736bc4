"""Working a campaign off within this process: the whole system on one machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.timing import choose_clock
from campaigns.dialing.worker import RunEnd, Worker
from campaigns.store.campaigns import campaign_by_name

CAMPAIGN_RUN: Final = "campaign.run"
LOOK_EVERY_S: Final = 1.0


def run_campaign(context: JobContext) -> Mapping[str, Any]:
    """Run the campaign until it is finished, paused or told to stop; calls in progress end as they would.

    Raises ConflictError when another worker is on the database.
    """
    services, name = context.services, context.job.subject
    with services.database.reading() as session:
        campaign = campaign_by_name(session, name)
    clock = choose_clock(services.settings, services.database, real_time=False)
    metrics = services.metrics
    with open_worker(
        services.settings, services.database, campaign, clock, metrics.hear, metrics=metrics
    ) as worker:
        metrics.watch_live(lambda: worker.live)
        end = asyncio.run(_run(worker, context, name))
    if end is RunEnd.STOPPED:
        raise JobStopped
    return {"end": end.value}


async def _run(worker: Worker, context: JobContext, name: str) -> RunEnd:
    run = asyncio.ensure_future(worker.run())
    # Of our own: the durable queue takes the loop's usual threads along when it ends.
    with ThreadPoolExecutor(1, thread_name_prefix="progress") as thread:
        while not run.done():
            await asyncio.wait({run}, timeout=LOOK_EVERY_S)
            go_on = await asyncio.get_running_loop().run_in_executor(thread, _report, context, name)
            if not go_on:
                worker.stop()
    return run.result()


def _report(context: JobContext, name: str) -> bool:
    with context.services.database.reading() as session:
        campaign = campaign_by_name(session, name)
    return context.progress(campaign.done, campaign.members)


JOB = JobKind(CAMPAIGN_RUN, run_campaign)
