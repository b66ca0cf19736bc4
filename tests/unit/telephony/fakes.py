"""Fakes for the tests of the line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.clock import Clock
from telephony.far_end import FarEnd, FarReply, FarVoice
from telephony.hearing import Ears
from telephony.line import AudioCall, DialOrder, Line, TextCall
from telephony.permits import PermitClaims, PermitGate, PermitSigner
from telephony.registry import open_line
from tests.unit.telephony.spoken import ChordVoice

KEY = b"a key of the tests, and no other"
NUMBER = "+8619900000001"


class FakeClock:
    """A clock that moves by what is slept on it. While ``stuck``, sleeps last until ``wake`` is called."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        self.slept_s = 0.0
        self.stuck = False
        self._woken = asyncio.Event()

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        if self.stuck:
            await self._woken.wait()
        self.slept_s += seconds
        self.moment += timedelta(seconds=seconds)

    def wake(self) -> None:
        self._woken.set()


class ScriptedFarEnd:
    """Says its lines one after the other, and keeps what it heard."""

    def __init__(
        self,
        *lines: FarReply | None,
        greeting: FarReply | None = None,
        cuts_in_after_s: float | None = None,
    ) -> None:
        self._lines = list(lines)
        self._greeting = greeting
        self._cuts_in_after_s = cuts_in_after_s
        self.heard: list[str] = []

    def greet(self) -> FarReply | None:
        return self._greeting

    def cuts_in(self, text: str) -> float | None:
        return self._cuts_in_after_s

    def hear(self, text: str) -> FarReply | None:
        self.heard.append(text)
        return self._lines.pop(0) if self._lines else None


def claims(clock: Clock, *, permit_id: str = "p-1", number: str = NUMBER, nth: int = 1) -> PermitClaims:
    """A permit of the usual 60 seconds, from now."""
    return PermitClaims(
        id=permit_id,
        number=number,
        attempt_id=7,
        nth=nth,
        pack="cn-mainland@2026-11-23",
        issued_at=clock.now(),
        expires_at=clock.now() + timedelta(seconds=60),
    )


def order(clock: Clock, *, number: str = NUMBER, nth: int = 1, ring_timeout_s: float = 45.0) -> DialOrder:
    """A dial with a fresh permit."""
    permit = claims(clock, permit_id=f"{number}/{nth}", number=number, nth=nth)
    return DialOrder(number, "+861055550000", PermitSigner(KEY).issue(permit), ring_timeout_s)


def simulated_line(
    clock: FakeClock,
    announcements: Announcements,
    far_end: ScriptedFarEnd | None = None,
    *,
    seed: int = 1,
    **overrides: str,
) -> Line:
    """The simulated line as the registry builds it; ``behaviour=`` is what ``NUMBER`` always does."""
    speaker = far_end or ScriptedFarEnd()
    setup = LineSetup(
        clock=clock,
        announcements=announcements,
        far_end=lambda number, call_id: speaker,
        settings={"seed": seed, "overrides": dict.fromkeys([NUMBER], overrides["behaviour"])}
        if overrides
        else {"seed": seed},
    )
    return open_line("simulated", PermitGate(KEY, clock), setup)


async def dial(
    clock: FakeClock,
    announcements: Announcements,
    behaviour: str,
    far_end: ScriptedFarEnd | None = None,
    *,
    nth: int = 1,
    ring_timeout_s: float = 45.0,
) -> TextCall:
    """A call to a subscriber who always behaves as ``behaviour`` says."""
    line = simulated_line(clock, announcements, far_end, behaviour=behaviour)
    call = await line.dial(order(clock, nth=nth, ring_timeout_s=ring_timeout_s))
    assert call.carries == "text"
    return call


async def dial_sound(
    clock: Clock,
    announcements: Announcements,
    behaviour: str,
    far_end: FarEnd | None = None,
    *,
    voice: FarVoice | None = None,
    ears: Ears | None = None,
    channel: str | None = "clean",
    nth: int = 1,
    seed: int = 1,
    ring_timeout_s: float = 45.0,
    **settings: object,
) -> AudioCall:
    """A call in sound to a subscriber who always behaves as ``behaviour`` says."""
    speaker = far_end or ScriptedFarEnd()
    setup = LineSetup(
        clock,
        announcements,
        lambda number, call_id: speaker,
        far_voice=voice or ChordVoice(),
        ears=ears,
        settings={
            "sound": True,
            "channel": channel,
            "seed": seed,
            "overrides": {NUMBER: behaviour},
            **settings,
        },
    )
    line = open_line("simulated", PermitGate(KEY, clock), setup)
    call = await line.dial(order(clock, nth=nth, ring_timeout_s=ring_timeout_s))
    assert call.carries == "sound"
    return call
