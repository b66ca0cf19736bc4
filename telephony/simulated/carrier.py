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
from telephony.simulated.assistant import PhoneAssistant
from telephony.simulated.call import SimulatedCall
from telephony.simulated.population import DEFAULT_FILE, Behaviour, load_population
from telephony.simulated.subscribers import Subscribers


class SimulatedSettings(BaseModel):
    """Settings of the simulated line. ``overrides``: number → the name of a profile or of a behaviour."""

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    subscribers: Path = DEFAULT_FILE
    overrides: dict[str, str] = {}


class SimulatedCarrier:
    """Places calls to ``subscribers``; ``far_end`` says who speaks when a person picks up."""

    name = "simulated"
    simulated = True

    def __init__(
        self, subscribers: Subscribers, clock: Clock, announcements: Announcements, far_end: FarEndFactory
    ) -> None:
        self._subscribers = subscribers
        self._clock = clock
        self._announcements = announcements
        self._far_end = far_end

    async def place(self, order: DialOrder, permit: PermitClaims) -> SimulatedCall:
        """Place a call. Raises TrunkFault where the subscribers' plan says so."""
        plan = self._subscribers.plan(order.number, permit.nth)
        if plan.behaviour is Behaviour.TRUNK_FAULT and plan.signal is not None:
            conclude(Evidence(sip_code=plan.signal.sip, q850=plan.signal.q850))
        call_id = _call_id(self._subscribers.seed, order.number, permit.nth)

        def pick_up() -> FarEnd:
            if plan.behaviour is Behaviour.ASSISTANT:
                return PhoneAssistant(plan.announcement or "")
            return self._far_end(order.number, call_id)

        return SimulatedCall(
            call_id,
            plan,
            ring_timeout_s=order.ring_timeout_s,
            clock=self._clock,
            announcements=self._announcements,
            pick_up=pick_up,
        )


def build(setup: LineSetup) -> SimulatedCarrier:
    """The simulated carrier from its settings. Raises LineConfigError."""
    if setup.far_end is None:
        raise LineConfigError("the simulated line needs a far end to speak for its subscribers")
    return SimulatedCarrier(subscribers_of(setup), setup.clock, setup.announcements, setup.far_end)


def subscribers_of(setup: LineSetup) -> Subscribers:
    """The subscribers that the settings describe. Raises LineConfigError."""
    settings = load_model(setup.settings, SimulatedSettings, name="simulated line")
    population = load_population(settings.subscribers)
    try:
        overrides = {number: population.always(name) for number, name in settings.overrides.items()}
    except KeyError as error:
        message = f"there is no profile or behaviour {error.args[0]!r}"
        raise LineConfigError(message, file="simulated line", key="overrides") from error
    return Subscribers(population, setup.announcements, seed=settings.seed, overrides=overrides)


def _call_id(seed: int, number: str, nth: int) -> str:
    """The same for the same seed, number and attempt, so that what hangs on it can be repeated."""
    return "sim-" + blake2b(f"{seed}|{number}|{nth}".encode(), digest_size=8).hexdigest()
