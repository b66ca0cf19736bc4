"""Simulated subscribers who call us: each dials in at its time, and hears us speak first."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from hashlib import blake2b
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.clock import Clock
from telephony.datafile import load_model
from telephony.errors import LineConfigError, LineError
from telephony.far_end import FarEnd, FarEndFactory
from telephony.line import Answered, Dtmf, Incoming, NotAnswered, Text
from telephony.numbers import is_e164
from telephony.simulated.agents import Agents
from telephony.simulated.talk import Talk
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause
from telephony.transfer import TransferOrder, Transferred

WITHHELD = "withheld"
"""What a far end is asked for by when its number is not shown."""


class Caller(BaseModel):
    """Somebody who calls ``after_s`` seconds from the start. ``number`` None: it is withheld."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str | None = None
    after_s: float = Field(default=0.0, ge=0)

    @field_validator("number")
    @classmethod
    def _is_a_number(cls, number: str | None) -> str | None:
        if number is not None and not is_e164(number):
            raise ValueError("a number is written as E.164, such as +8613812345678")
        return number


class InboundSettings(BaseModel):
    """Settings of simulated calls to us."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    callers: tuple[Caller, ...] = ()
    agents: Agents = Agents()


class SimulatedInboundCall:
    """A call from one simulated subscriber, in text."""

    def __init__(
        self,
        call_id: str,
        clock: Clock,
        announcements: Announcements,
        far_end: FarEnd,
        agents: Agents | None = None,
    ) -> None:
        self._id = call_id
        self._time = Timeline(clock)
        self._announcements = announcements
        self._far_end = far_end
        self._agents = agents or Agents()
        self._talk: Talk | None = None

    @property
    def id(self) -> str:
        return self._id

    @property
    def carries(self) -> Literal["text"]:
        return "text"

    @property
    def cause(self) -> HangupCause | None:
        return self._time.cause

    async def answer(self) -> Answered | NotAnswered:
        """Pick up. A call that is over already was not answered."""
        if self._talk is None:
            if self._time.cause is not None:
                return NotAnswered(HangupCause.NO_ANSWER, None, 0.0)
            self._time.answered = True
            self._talk = Talk(self._far_end, self._time, self._announcements)
        return Answered(0.0)

    async def play(self, media: Text, *, interruptible: bool = True) -> bool:
        """Speak to the caller; whether it was heard to the end. Raises CallEnded."""
        return await self._talking().play(media.text, interruptible=interruptible)

    async def hear(self, timeout_s: float) -> Text | Dtmf | None:
        """What the caller says next, or None after ``timeout_s`` of silence. Raises CallEnded."""
        return await self._talking().hear(timeout_s)

    async def transfer(self, order: TransferOrder) -> Transferred:
        """Hand the call over to a simulated agent. Raises CallEnded."""
        self._talking()
        return await self._agents.take(self._time, order)

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        self._time.hang_up()

    def _talking(self) -> Talk:
        self._time.check_alive()
        if self._talk is None:
            raise LineError("the call is not answered yet")
        return self._talk


class SimulatedInbound:
    """Lets ``callers`` call, each at its time from when ``calls`` is first asked."""

    name = "simulated"
    simulated = True

    def __init__(
        self, settings: InboundSettings, clock: Clock, announcements: Announcements, far_end: FarEndFactory
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._announcements = announcements
        self._far_end = far_end

    async def calls(self) -> AsyncGenerator[Incoming]:
        """Each call as it begins to ring."""
        start = self._clock.now()
        for caller in sorted(self._settings.callers, key=lambda caller: caller.after_s):
            wait_s = (start + timedelta(seconds=caller.after_s) - self._clock.now()).total_seconds()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            number = caller.number or WITHHELD
            call_id = _call_id(self._settings.seed, number, self._clock.now().isoformat())
            far_end = self._far_end(number, call_id)
            call = SimulatedInboundCall(
                call_id, self._clock, self._announcements, far_end, self._settings.agents
            )
            yield Incoming(call, caller.number)


def build(setup: LineSetup) -> SimulatedInbound:
    """Simulated calls to us from their settings. Raises LineConfigError."""
    if setup.far_end is None:
        raise LineConfigError("simulated calls need a far end to speak for the callers")
    settings = load_model(setup.settings, InboundSettings, name="simulated calls")
    return SimulatedInbound(settings, setup.clock, setup.announcements, setup.far_end)


def _call_id(seed: int, number: str, at: str) -> str:
    """The same for the same seed, number and moment, so that what hangs on it can be repeated."""
    return "sim-in-" + blake2b(f"{seed}|{number}|{at}".encode(), digest_size=8).hexdigest()
