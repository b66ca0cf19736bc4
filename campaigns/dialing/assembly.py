"""A worker from the settings: the one place where the rooms meet."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.simulation.persona import load_personas
from campaigns.clock import Clock
from campaigns.compliance.effective import load_effective
from campaigns.dialing.events import Listener, ignore
from campaigns.dialing.house import House
from campaigns.dialing.pacing import TokenBucket
from campaigns.dialing.people import SimulatedPeople
from campaigns.dialing.reserve import Rules
from campaigns.dialing.talk import Script
from campaigns.dialing.timing import SIMULATED
from campaigns.dialing.turns import Tools, TurnTaker
from campaigns.dialing.worker import Worker
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.settings import Settings
from campaigns.store.campaigns import CampaignView
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker
from campaigns.store.threads import StoreThreads
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.far_end import FarEndFactory
from telephony.permits import PermitGate, PermitSigner
from telephony.registry import open_checker, open_line


@contextmanager
def open_worker(
    settings: Settings,
    database: Database,
    campaign: CampaignView,
    clock: Clock,
    listener: Listener = ignore,
    far_end: FarEndFactory | None = None,
) -> Iterator[Worker]:
    """A worker for ``campaign``, alone on its database; ``far_end`` speaks for simulated subscribers.

    Raises ConflictError, DataFileError, LineError.
    """
    language = language_dir(settings.language)
    prompts = PromptBook.load(language)
    script = Script(
        load_flow(language, campaign.flow, prompts),
        prompts,
        EmbeddedInterpreter.load(language, settings.cache, settings.zone),
        settings.zone,
    )
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    house = House(
        pack=pack,
        retries=shipped_retry_policy(),
        messages=load_messages(settings.language),
        institution=settings.institution,
        hotline=settings.hotline,
        zone=settings.zone,
    )
    key = settings.permit_key()
    setup = LineSetup(
        clock=clock,
        announcements=load_announcements(language / "announcements.yml"),
        far_end=far_end or _people(settings, database, language, prompts, clock),
        settings={"seed": settings.seed} if settings.line == SIMULATED else {},
    )
    queue_url = str(settings.database_url or f"sqlite:///{settings.home / 'queue.db'}")
    with exclusive_worker(database):
        store, queue = StoreThreads(database), Database(queue_url, queue=True)
        try:
            tools = Tools(
                campaign_id=campaign.id,
                purpose=campaign.purpose,
                store=store,
                clock=clock,
                line=open_line(settings.line, PermitGate(key, clock), setup),
                signer=PermitSigner(key),
                checker=open_checker(settings.line, setup),
                script=script,
                rules=Rules(pack, f"{platform.node()}:{os.getpid()}"[:64], settings.language),
                house=house,
                pacer=TokenBucket(clock, campaign.calls_per_second),
                caller_id=settings.caller_id,
                listener=listener,
            )
            yield Worker(campaign, TurnTaker(tools), store, queue, clock)
        finally:
            store.close()
            queue.close()


def _people(
    settings: Settings, database: Database, language: Path, prompts: PromptBook, clock: Clock
) -> SimulatedPeople:
    return SimulatedPeople(
        database,
        load_personas(language, prompts),
        prompts.speech,
        settings,
        seed=settings.seed,
        clock=clock,
        zone=settings.zone,
    )
