"""Working a campaign off over simulated customers, in virtual time, on a throw-away copy of its members.

It runs in a process of its own: the durable queue is one a process, and pages stay quick.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from pydantic import SecretStr

from bot.recording.keys import KEY_BYTES
from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.timing import SIMULATED
from campaigns.dialing.worker import RunEnd, Worker
from campaigns.errors import CampaignsError, ConflictError
from campaigns.new_store import prepare_store
from campaigns.outcomes.overview.rates import Rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.said import Code, of_data
from campaigns.settings import Settings, create_home
from campaigns.store.campaigns import CampaignView, campaign_by_name
from campaigns.store.database import Database
from campaigns.store.overview.report import overview
from campaigns.store.rehearsals import Copied, RehearsedDay, copy_campaign, rehearsed_days
from campaigns.store.scripts import copy_in_force
from campaigns.stores import open_store

TELL_EVERY_S: Final = 0.5
STOP: Final = "stop"

Progress = Callable[[int, int], bool]
"""Members done, of how many; False: stop."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal came to. The report is of the copied members alone."""

    copied: Copied
    campaign: CampaignView
    report: Overview
    days: list[RehearsedDay]


def rehearse(
    settings: Settings,
    database: Database,
    name: str,
    at: datetime,
    most: int,
    rates: Rates,
    progress: Progress,
) -> Rehearsed | None:
    """Copy up to ``most`` members of a campaign, run it from ``at`` on, and report; None when told to stop.

    The directory it happens in is private and is removed. Raises ConflictError: nobody is left to call, or
    the run failed; and what copying raises.
    """
    with tempfile.TemporaryDirectory(prefix="xiaorong-rehearsal-") as folder:
        home = Path(folder)
        create_home(home)
        own = _own_settings(settings, home, sealed=database.is_sealed)
        prepare_store(own, at)
        copy = open_store(own)
        try:
            with database.reading() as session:
                campaign = campaign_by_name(session, name)
                copied = copy_campaign(session, copy, campaign.id, most)
                with copy.transaction() as target:
                    copy_in_force(session, target, own.language)
            if copied.members == 0:
                raise ConflictError("nobody of this campaign is left to call: there is nothing to try out")
            if not _run(own, name, at, copied.members, progress):
                return None
            with copy.reading() as session:
                done = campaign_by_name(session, name)
                report = overview(session, own.zone, rates, campaigns=(name,), by=())
                days = rehearsed_days(session, done.id, own.zone)
            return Rehearsed(copied, done, report, days)
        finally:
            copy.close()


def _own_settings(settings: Settings, home: Path, *, sealed: bool) -> Settings:
    """The installation's rules and models; another home, no line but the simulated, nothing recorded.

    A copy of what is sealed is sealed with a key that is nowhere but here.
    """
    return settings.model_copy(
        update={
            "home": home,
            "line": SIMULATED,
            "database_url": None,
            "database_key_file": None,
            "database_key": SecretStr(token_hex(KEY_BYTES)) if sealed else None,
            "record": False,
            "cache_dir": settings.cache,
            "models_dir": settings.models,
            "interpreter": "embedded",
            "agents": None,
            "pay_url": None,
        }
    )


def _run(settings: Settings, name: str, at: datetime, members: int, progress: Progress) -> bool:
    """Run it in another process; whether it came to its end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(settings, name, at, there), daemon=True)
    process.start()
    there.close()
    stopped = False
    told: Any = None
    try:
        while told is None or isinstance(told, int):
            told = here.recv()
            if isinstance(told, int) and not progress(told, members) and not stopped:
                stopped = True
                here.send(STOP)
    except EOFError as error:
        raise ConflictError("the dry run ended before its time; the log says why") from error
    finally:
        here.close()
        process.join(timeout=10)
        if process.is_alive():
            process.terminate()
    if isinstance(told, RunEnd):
        if told is RunEnd.STOPPED or stopped:
            return False
        if told is RunEnd.FINISHED:
            return True
        raise ConflictError("the dry run did not come to its end: %(why)s", why=Code("run_end", told.value))
    raise ConflictError("the dry run did not come to its end: %(why)s", why=of_data(told))


def _work(settings: Settings, name: str, at: datetime, told: Connection) -> None:
    """The other process: run, telling how many members are done; at last how it ended, or what went wrong."""
    database = open_store(settings)
    try:
        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
        with open_worker(settings, database, campaign, VirtualClock(at)) as worker:
            told.send(asyncio.run(_watched(worker, database, name, told)))
    except CampaignsError as error:
        told.send(error.said.to_data())
    finally:
        database.close()
        told.close()


async def _watched(worker: Worker, database: Database, name: str, told: Connection) -> RunEnd:
    run = asyncio.ensure_future(worker.run())
    while not run.done():
        await asyncio.wait({run}, timeout=TELL_EVERY_S)
        with database.reading() as session:
            told.send(campaign_by_name(session, name).done)
        if told.poll() and told.recv() == STOP:
            worker.stop()
    return run.result()
