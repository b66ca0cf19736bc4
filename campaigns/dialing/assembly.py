"""A worker from the settings: the one place where the rooms meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.persona import load_personas
from campaigns.clock import Clock
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.dialing.events import Listener, ReceptionEvent, ignore
from campaigns.dialing.house import House
from campaigns.dialing.inbound import FLOW as INBOUND_FLOW
from campaigns.dialing.inbound import Desk, Reception
from campaigns.dialing.lease import FENCE_S, Lease
from campaigns.dialing.lines import line_settings, trunk_of
from campaigns.dialing.people import SimulatedPeople
from campaigns.dialing.process import identity
from campaigns.dialing.reserve import Rules
from campaigns.dialing.serving import Scripts
from campaigns.dialing.talk import VoiceTools
from campaigns.dialing.timing import SIMULATED
from campaigns.dialing.turns import Tools, TurnTaker
from campaigns.dialing.voicing import open_voicing
from campaigns.dialing.worker import Duty, Worker
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.settings import Settings
from campaigns.store.campaigns import CampaignView
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker, shared_worker
from campaigns.store.threads import StoreThreads
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.far_end import FarEndFactory
from telephony.line import InboundCalls
from telephony.permits import PermitGate, PermitSigner
from telephony.registry import open_checker, open_inbound, open_line

PATIENCE_S = 300.0  # what came of a call is kept for so long while the database is away


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """How the simulated line carries sound: over connections of the kind ``channel``, None: a mix."""

    channel: str | None = None


@contextmanager
def open_worker(
    settings: Settings,
    database: Database,
    campaign: CampaignView | None,
    clock: Clock,
    listener: Listener = ignore,
    far_end: FarEndFactory | None = None,
    sound: SoundOptions | None = None,
    duty: Duty = Duty(),
) -> Iterator[Worker]:
    """A worker for ``campaign``, or for all that run; ``far_end`` speaks for simulated subscribers.

    In virtual time, and on SQLite, it is alone on its database. With ``sound``, and on every line that is not
    simulated, its calls are held by voice. Raises ConflictError, DataFileError, LineError, and for voice
    ModelError and RecordingKeyError.
    """
    language = language_dir(settings.language)
    prompts = PromptBook.load(language)
    scripts = Scripts(settings, language, prompts)
    if campaign is not None:
        _ = scripts[campaign.flow]  # a mistake in it is told before anything begins
    house = _house(settings)
    key = settings.permit_key()
    setup = LineSetup(
        clock=clock,
        announcements=load_announcements(language / "announcements.yml"),
        far_end=far_end or _people(settings, database, language, prompts, clock),
        settings=line_settings(settings),
    )
    queue_url = str(settings.database_url or f"sqlite:///{settings.home / 'queue.db'}")
    who = identity(None if campaign is None else campaign.id)
    with ExitStack() as stack:
        voice: VoiceTools | None = None
        if sound is not None or settings.line != SIMULATED:
            voicing = stack.enter_context(open_voicing(settings, language, prompts))
            voice = voicing.tools
            setup = replace(setup, far_voice=voicing.far_voice, ears=voicing.ears)
        if sound is not None and settings.line == SIMULATED:
            carried = {"sound": True, "channel": sound.channel}
            setup = replace(setup, settings={**setup.settings, **carried})
        # Its own connections: what it leaves open when it stands still, the server ends.
        own = [stack.enter_context(closing(Database(settings.store_url, worker=True))) for _ in range(2)]
        queue = stack.enter_context(closing(Database(queue_url, queue=True)))
        enter = exclusive_worker if clock.virtual else shared_worker
        place = stack.enter_context(enter(own[1]))
        store = stack.enter_context(closing(StoreThreads(own[0], patience_s=PATIENCE_S)))
        tools = Tools(
            store=store,
            clock=clock,
            line=open_line(settings.line, PermitGate(key, clock), setup),
            signer=PermitSigner(key),
            checker=open_checker(settings.line, setup),
            rules=Rules(house.pack, LogSeal(key), who.id, settings.language, trunk_of(settings, clock)),
            house=house,
            # A file's lock is lost by no silence.
            lease=Lease(None if database.is_sqlite else FENCE_S),
            voice=voice,
            listener=listener,
        )
        duty = replace(duty, only=None if campaign is None else campaign.id)
        yield Worker(who, place, duty, TurnTaker(tools), scripts, own[1], queue)


@contextmanager
def open_reception(
    settings: Settings,
    database: Database,
    clock: Clock,
    callers: Sequence[Mapping[str, Any]],
    listener: Callable[[ReceptionEvent], None] = lambda _event: None,
) -> Iterator[tuple[Reception, InboundCalls]]:
    """A reception and the calls that come to it, alone on its database: virtual time is of one process.

    ``callers`` are those of a simulated line, as ``telephony.simulated.inbound.Caller`` has them. Raises
    ConflictError, DataFileError, LineError.
    """
    language = language_dir(settings.language)
    prompts = PromptBook.load(language)
    setup = LineSetup(
        clock=clock,
        announcements=load_announcements(language / "announcements.yml"),
        far_end=_people(settings, database, language, prompts, clock).calling_in,
        settings=line_settings(settings, callers=list(callers)),
    )
    inbound = open_inbound(settings.line, setup)
    with exclusive_worker(database):
        store = StoreThreads(database)
        try:
            script = Scripts(settings, language, prompts)[INBOUND_FLOW]
            yield Reception(Desk(store, clock, script, _house(settings), listener)), inbound
        finally:
            store.close()


def _house(settings: Settings) -> House:
    return House(
        pack=load_effective(settings.rule_pack, settings.rule_pack_overrides),
        retries=shipped_retry_policy(),
        messages=load_messages(settings.language),
        institution=settings.institution,
        hotline=settings.hotline,
        zone=settings.zone,
    )


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
