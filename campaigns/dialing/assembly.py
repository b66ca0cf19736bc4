"""A worker from the settings: the one place where the rooms meet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.dialogue.prompts import PromptBook
from bot.simulation.persona import load_personas
from campaigns.clock import Clock
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.dialing.companion import open_companion, open_mailbox
from campaigns.dialing.events import Listener, ReceptionEvent, ignore
from campaigns.dialing.handing import open_handover
from campaigns.dialing.house import House
from campaigns.dialing.inbound import FLOW as INBOUND_FLOW
from campaigns.dialing.inbound import Desk, Reception
from campaigns.dialing.lease import FENCE_S, Lease
from campaigns.dialing.lines import line_settings, trunk_of
from campaigns.dialing.links import PayLinks
from campaigns.dialing.live import LiveCalls
from campaigns.dialing.people import SimulatedPeople
from campaigns.dialing.process import identity
from campaigns.dialing.reserve import Rules
from campaigns.dialing.serving import Scripts
from campaigns.dialing.shelving import CarrierShelf
from campaigns.dialing.staffing import StaffDesk
from campaigns.dialing.switchboard import Switchboard
from campaigns.dialing.talk import VoiceTools
from campaigns.dialing.timing import SIMULATED
from campaigns.dialing.turns import Tools, TurnTaker
from campaigns.dialing.voicing import open_voicing
from campaigns.dialing.worker import Duty, Worker
from campaigns.metrics.metrics import Metrics
from campaigns.metrics.timed import TimedInterpreter, TimedRecognizer, TimedVoice
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.outcomes.sending_rules import shipped_sending_rules
from campaigns.published import scripts_in_force
from campaigns.recordings import open_recordings
from campaigns.settings import Settings
from campaigns.store.campaigns import CampaignView
from campaigns.store.database import Database
from campaigns.store.exclusive import exclusive_worker, shared_worker
from campaigns.store.freeing import freeing
from campaigns.store.patience import PATIENCE_S as USUAL_PATIENCE_S
from campaigns.store.patience import patiently
from campaigns.store.threads import StoreThreads
from campaigns.store.workers import Identity
from campaigns.stores import open_store
from campaigns.understanding import open_interpreter
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.door import Door
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
    door: Door | None = None,
    metrics: Metrics | None = None,
) -> Iterator[Worker]:
    """A worker for ``campaign``, or for all that run; ``far_end`` speaks for simulated subscribers.

    ``door``: where the line's carrier reaches us; None: on a port of its own. ``metrics``: of
    the process; latencies are taken for them. In virtual time, and on SQLite,
    it is alone on its database. With ``sound``, and on every line that is not simulated, its calls are held
    by voice. Raises ConflictError, DataFileError, LineError, and for voice ModelError and RecordingKeyError.
    """
    who = identity(None if campaign is None else campaign.id)
    with (
        open_ground(settings, database, clock, who, far_end, sound, door=door, metrics=metrics) as ground,
        _worker(settings, database, who, campaign, ground, listener, duty) as (worker, _live),
    ):
        yield worker


@contextmanager
def open_switchboard(
    settings: Settings,
    database: Database,
    campaign: CampaignView | None,
    clock: Clock,
    listener: Listener = ignore,
    receives: Callable[[ReceptionEvent], None] = lambda _event: None,
    duty: Duty = Duty(),
    door: Door | None = None,
    metrics: Metrics | None = None,
) -> Iterator[Switchboard]:
    """A worker on a line that is not simulated that takes the calls to us too, over the same connections.

    ``receives`` is told of those. Raises what ``open_worker`` raises.
    """
    who = identity(None if campaign is None else campaign.id)
    with ExitStack() as stack:
        ground = stack.enter_context(open_ground(settings, database, clock, who, door=door, metrics=metrics))
        worker, live = stack.enter_context(
            _worker(settings, database, who, campaign, ground, listener, duty, receives)
        )
        store = stack.enter_context(_store_of(settings, who))
        # What is told of its calls, and wanted of them, goes the worker's way.
        reception = Reception(replace(_desk(ground, store, live.hear_in), staff=live.staff))
        yield Switchboard(worker, reception, open_inbound(settings.line, ground.setup))


@contextmanager
def _worker(
    settings: Settings,
    database: Database,
    who: Identity,
    campaign: CampaignView | None,
    ground: Ground,
    listener: Listener,
    duty: Duty,
    receives: Callable[[ReceptionEvent], None] = lambda _event: None,
) -> Iterator[tuple[Worker, LiveCalls]]:
    clock = ground.clock
    queue_url = str(settings.database_url or f"sqlite:///{settings.home / 'queue.db'}")
    key = settings.permit_key()
    with ExitStack() as stack:
        if campaign is not None:
            _ = ground.scripts[campaign.flow]  # a mistake in it is told before anything begins
        heart = stack.enter_context(closing(open_store(settings, worker=who.id)))
        queue = stack.enter_context(closing(Database(queue_url, queue=True, worker=who.id)))
        enter = exclusive_worker if clock.virtual else shared_worker
        place = stack.enter_context(enter(heart))
        store = stack.enter_context(_store_of(settings, who, PATIENCE_S))
        staff = StaffDesk(ground.house.handover, clock)
        live = LiveCalls(who.id, store, staff, listener, receives)
        tools = Tools(
            store=store,
            clock=clock,
            line=open_line(settings.line, PermitGate(key, clock), ground.setup),
            signer=PermitSigner(key),
            checker=open_checker(settings.line, ground.setup),
            rules=Rules(
                ground.house.pack, LogSeal(key), who.id, settings.language, trunk_of(settings, clock)
            ),
            house=ground.house,
            # A file's lock is lost by no silence.
            lease=Lease(None if database.is_sqlite else FENCE_S),
            staff=staff,
            voice=ground.voice,
            listener=live,
            connections=ground.setup.connections,
        )
        duty = replace(duty, only=None if campaign is None else campaign.id)
        companion = open_companion(settings, store, clock, ground.setup, ground.house)

        @asynccontextmanager
        async def beside(stop: Callable[[], None]) -> AsyncIterator[None]:
            async with companion.at_work(stop), live.at_work():
                yield

        yield Worker(who, place, duty, TurnTaker(tools), ground.scripts, heart, queue, beside), live


@contextmanager
def open_reception(
    settings: Settings,
    database: Database,
    clock: Clock,
    callers: Sequence[Mapping[str, Any]] = (),
    listener: Callable[[ReceptionEvent], None] = lambda _event: None,
) -> Iterator[tuple[Reception, InboundCalls]]:
    """A reception and the calls that come to it. In virtual time it is alone on its database.

    ``callers`` are those of a simulated line, as ``telephony.simulated.inbound.Caller`` has them. On every
    other line calls are held by voice. Raises ConflictError, DataFileError, LineError, and for voice
    ModelError and RecordingKeyError.
    """
    simulated = settings.line == SIMULATED
    who = identity(None)
    with ExitStack() as stack:
        more: dict[str, Any] = {"callers": list(callers)} if simulated else {}
        ground = stack.enter_context(open_ground(settings, database, clock, who, calling_in=True, **more))
        inbound = open_inbound(settings.line, ground.setup)
        if clock.virtual:
            stack.enter_context(exclusive_worker(database))
        store = stack.enter_context(_store_of(settings, who))
        staff = StaffDesk(ground.house.handover, clock)
        live = LiveCalls(who.id, store, staff, ignore, listener)

        @asynccontextmanager
        async def beside() -> AsyncIterator[None]:
            async with freeing(database), live.at_work():
                yield

        desk = replace(_desk(ground, store, live.hear_in), staff=staff, beside=beside)
        yield Reception(desk), inbound


@dataclass(frozen=True, slots=True)
class Ground:
    """What calls of either direction stand on."""

    clock: Clock
    scripts: Scripts
    house: House
    setup: LineSetup
    voice: VoiceTools | None


@contextmanager
def open_ground(
    settings: Settings,
    database: Database,
    clock: Clock,
    who: Identity,
    far_end: FarEndFactory | None = None,
    sound: SoundOptions | None = None,
    *,
    calling_in: bool = False,
    door: Door | None = None,
    metrics: Metrics | None = None,
    **simulated: Any,
) -> Iterator[Ground]:
    """What ``open_worker`` and ``open_reception`` share; ``simulated`` are settings of the simulated line."""
    # A worker that was taken over opens anew, and that may be while its database is still coming back.
    language = patiently(partial(scripts_in_force, settings, database, clock.now()))
    prompts = PromptBook.load(language)
    people = _people(settings, database, language, prompts, clock)
    carried = {"sound": True, "channel": sound.channel} if sound is not None else {}
    setup = LineSetup(
        clock=clock,
        announcements=load_announcements(language / "announcements.yml"),
        far_end=far_end or (people.calling_in if calling_in else people),
        door=door,
        settings=line_settings(settings, **carried, **simulated),
    )
    with ExitStack() as stack:
        interpreter = stack.enter_context(open_interpreter(settings, language, live=True))
        voice: VoiceTools | None = None
        if sound is not None or settings.line != SIMULATED:
            voicing = stack.enter_context(open_voicing(settings, language, prompts))
            voice = voicing.tools
            setup = replace(setup, far_voice=voicing.far_voice, ears=voicing.ears)
        if settings.line != SIMULATED:
            recordings = stack.enter_context(open_recordings(settings))
            copies = stack.enter_context(_store_of(settings, who))
            mailbox = stack.enter_context(closing(open_mailbox(settings)))
            setup = replace(setup, shelf=CarrierShelf(recordings, copies, settings.line), mailbox=mailbox)
        if metrics is not None:
            interpreter = TimedInterpreter(interpreter, metrics)
            voice = None if voice is None else timed(voice, metrics)
        scripts = Scripts(language, prompts, interpreter, settings.zone)
        yield Ground(clock, scripts, house_of(settings, language), setup, voice)


def timed(tools: VoiceTools, metrics: Metrics) -> VoiceTools:
    """The same, with the latencies of hearing and speaking taken."""
    return replace(
        tools,
        recognizer=TimedRecognizer(tools.recognizer, metrics),
        voice=TimedVoice(tools.voice, metrics),
    )


@contextmanager
def _store_of(
    settings: Settings, who: Identity, patience_s: float = USUAL_PATIENCE_S
) -> Iterator[StoreThreads]:
    """Connections of a worker's own: what it leaves open when it stands still is ended for it."""
    with (
        closing(open_store(settings, worker=who.id)) as database,
        closing(StoreThreads(database, patience_s=patience_s)) as store,
    ):
        yield store


def _desk(ground: Ground, store: StoreThreads, listener: Callable[[ReceptionEvent], None]) -> Desk:
    return Desk(
        store,
        ground.clock,
        ground.scripts[INBOUND_FLOW],
        ground.house,
        listener,
        ground.voice,
        ground.setup.connections,
    )


def house_of(settings: Settings, language: Path) -> House:
    """The rules of this installation, with the words of ``language`` as it was published.

    Raises DataFileError, and NotInitialisedError without its keys.
    """
    return House(
        pack=load_effective(settings.rule_pack, settings.rule_pack_overrides),
        retries=shipped_retry_policy(),
        messages=load_messages(language.name, root=language.parent),
        institution=settings.institution,
        hotline=settings.hotline,
        zone=settings.zone,
        links=_links(settings),
        handover=open_handover(settings, language),
    )


def _links(settings: Settings) -> PayLinks | None:
    if settings.pay_url is None:
        return None
    rules = shipped_sending_rules()
    return PayLinks(settings.pay_url, settings.link_key(), settings.line, rules, settings.zone)


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
