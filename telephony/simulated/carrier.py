"""The simulated carrier: its calls reach simulated subscribers, whatever number is dialled."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.clock import Clock
from telephony.datafile import load_model
from telephony.errors import LineConfigError
from telephony.far_end import FarEnd, FarEndFactory
from telephony.line import DialOrder
from telephony.outcome import Evidence, conclude
from telephony.permits import PermitClaims
from telephony.simulated.agents import Agents
from telephony.simulated.assistant import PhoneAssistant
from telephony.simulated.call import SimulatedCall
from telephony.simulated.population import DEFAULT_FILE, Behaviour, load_population
from telephony.simulated.sound.call import SoundCall
from telephony.simulated.sound.profile import CLEAN, DEFAULT_CHANNELS, load_channels
from telephony.simulated.sound.studio import Studio
from telephony.simulated.subscribers import Subscribers


class SimulatedSettings(BaseModel):
    """Settings of the simulated line. ``overrides``: number → the name of a profile or of a behaviour.

    With ``sound`` its calls carry sound, each over the kind of connection (of the file ``channels``) that the
    subscribers' data draws, or all over ``channel``.
    """

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    subscribers: Path = DEFAULT_FILE
    overrides: dict[str, str] = {}
    sound: bool = False
    channel: str | None = None
    channels: Path = DEFAULT_CHANNELS
    agents: Agents = Agents()


class SimulatedCarrier:
    """Places calls to ``subscribers``; ``far_end`` says who speaks when a person picks up.

    With a ``studio`` its calls carry sound, all over ``channel`` where that is given.
    """

    name = "simulated"
    simulated = True

    def __init__(
        self,
        subscribers: Subscribers,
        clock: Clock,
        announcements: Announcements,
        far_end: FarEndFactory,
        studio: Studio | None = None,
        channel: str | None = None,
        agents: Agents | None = None,
    ) -> None:
        self._subscribers = subscribers
        self._clock = clock
        self._announcements = announcements
        self._far_end = far_end
        self._studio = studio
        self._channel = channel
        self._agents = agents

    async def place(self, order: DialOrder, permit: PermitClaims) -> SimulatedCall | SoundCall:
        """Place a call. Raises TrunkFault where the subscribers' plan says so."""
        plan = self._subscribers.plan(order.number, permit.nth)
        if plan.behaviour is Behaviour.TRUNK_FAULT and plan.signal is not None:
            conclude(Evidence(sip_code=plan.signal.sip, q850=plan.signal.q850))
        call_id = _call_id(self._subscribers.seed, order.number, permit.nth)

        def pick_up() -> FarEnd:
            if plan.behaviour is Behaviour.ASSISTANT:
                return PhoneAssistant(plan.announcement or "")
            return self._far_end(order.number, call_id)

        if self._studio is not None:
            return SoundCall(
                call_id,
                plan,
                channel=self._channel or self._subscribers.channel(order.number, permit.nth) or CLEAN,
                ring_timeout_s=order.ring_timeout_s,
                clock=self._clock,
                studio=self._studio,
                pick_up=pick_up,
                agents=self._agents,
            )
        return SimulatedCall(
            call_id,
            plan,
            ring_timeout_s=order.ring_timeout_s,
            clock=self._clock,
            announcements=self._announcements,
            pick_up=pick_up,
            agents=self._agents,
        )


def build(setup: LineSetup) -> SimulatedCarrier:
    """The simulated carrier from its settings. Raises LineConfigError."""
    if setup.far_end is None:
        raise LineConfigError("the simulated line needs a far end to speak for its subscribers")
    subscribers = subscribers_of(setup)
    settings = _settings(setup)
    studio = _studio(setup, settings, subscribers) if settings.sound else None
    return SimulatedCarrier(
        subscribers,
        setup.clock,
        setup.announcements,
        setup.far_end,
        studio,
        settings.channel,
        settings.agents,
    )


def subscribers_of(setup: LineSetup) -> Subscribers:
    """The subscribers that the settings describe. Raises LineConfigError."""
    settings = _settings(setup)
    population = load_population(settings.subscribers)
    try:
        overrides = {number: population.always(name) for number, name in settings.overrides.items()}
    except KeyError as error:
        message = f"there is no profile or behaviour {error.args[0]!r}"
        raise LineConfigError(message, file="simulated line", key="overrides") from error
    return Subscribers(population, setup.announcements, seed=settings.seed, overrides=overrides)


def _settings(setup: LineSetup) -> SimulatedSettings:
    return load_model(setup.settings, SimulatedSettings, name="simulated line")


def _studio(setup: LineSetup, settings: SimulatedSettings, subscribers: Subscribers) -> Studio:
    if setup.far_voice is None:
        raise LineConfigError("the simulated line needs a voice for its far ends to carry sound")
    studio = Studio(
        load_channels(settings.channels),
        setup.far_voice,
        setup.announcements,
        setup.ears,
        seed=settings.seed,
        murmur_share=subscribers.murmur_share,
    )
    for name in [settings.channel] if settings.channel else subscribers.channels or [CLEAN]:
        studio.check(name)
    return studio


def _call_id(seed: int, number: str, nth: int) -> str:
    """The same for the same seed, number and attempt, so that what hangs on it can be repeated."""
    return "sim-" + blake2b(f"{seed}|{number}|{nth}".encode(), digest_size=8).hexdigest()
