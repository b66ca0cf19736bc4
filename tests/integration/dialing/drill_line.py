"""A carrier for drills: short calls that cost next to nothing, and a record of its own of starts and ends.

A line of the record is ``+ attempt number second pid`` or ``- attempt second``, appended at once: what a
killed worker had placed stays on record, without an end.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from telephony.carrier import LineSetup
from telephony.clock import Clock
from telephony.errors import CallEnded, TrunkFault
from telephony.line import Answered, DialOrder, NotAnswered, Text
from telephony.permits import PermitClaims
from telephony.status import HangupCause, NumberStatus

RECORD = "carrier.log"
TRUNK_FAULTS = 0.01
# Most are reached at the first dial, and most need no second call: a drill is not to take long.
ANSWERED = 0.85
# What the far end says, sentence by sentence, before it hangs up.
TALKS = (
    *(("你打错了",), ("别再给我打电话了",), ("我要投诉你们",)) * 5,
    (),
    ("喂",),
    ("是我", "我现在很忙"),
)
CAUSES = {
    HangupCause.NO_ANSWER: NumberStatus.ACTIVE,
    HangupCause.BUSY: NumberStatus.ACTIVE,
    HangupCause.POWERED_OFF: NumberStatus.POWERED_OFF,
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the line takes for things, in seconds."""

    ring_s: float
    sentence_s: float


PACES = {"usual": Pace(1.0, 0.3), "instant": Pace(0.0, 0.0), "long": Pace(1.0, 60.0)}


class Record:
    """The carrier's own: appended to by every worker's line, a whole line at a time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._clock = clock

    def write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())

    @property
    def second(self) -> float:
        return self._clock.now().timestamp()


class DrillCall:
    """One call: rings, perhaps is answered, hears a few sentences. Hanging up wakes whatever waits on it."""

    def __init__(self, attempt_id: int, chance: Random, pace: Pace, clock: Clock, record: Record) -> None:
        self._attempt_id = attempt_id
        self._clock = clock
        self._record = record
        self._pace = pace
        self._cause: HangupCause | None = None
        self._over = asyncio.Event()
        self._fails = None if chance.random() < ANSWERED else chance.choice(list(CAUSES))
        self._talk = iter(chance.choice(TALKS))

    @property
    def id(self) -> str:
        return f"drill-{self._attempt_id}"

    @property
    def carries(self) -> Literal["text"]:
        return "text"

    @property
    def cause(self) -> HangupCause | None:
        return self._cause

    async def answer(self) -> Answered | NotAnswered:
        try:
            await self._pass(self._pace.ring_s)
        except CallEnded:
            return NotAnswered(HangupCause.NO_ANSWER, None, 0.0)
        if self._fails is not None:
            self._end(self._fails)
            return NotAnswered(self._fails, CAUSES[self._fails], self._pace.ring_s)
        return Answered(self._pace.ring_s)

    async def play(self, media: Text, *, interruptible: bool = True) -> bool:
        await self._pass(self._pace.sentence_s)
        return True

    async def hear(self, timeout_s: float) -> Text | None:
        await self._pass(self._pace.sentence_s)
        said = next(self._talk, None)
        if said is None:
            self._end(HangupCause.NORMAL)
            raise CallEnded("the far end hung up")
        return Text(said)

    async def hang_up(self) -> None:
        self._end(HangupCause.NORMAL)

    def _end(self, cause: HangupCause) -> None:
        if self._cause is None:
            self._cause = cause
            self._over.set()
            self._record.write(f"- {self._attempt_id} {self._record.second:.3f}")

    async def _pass(self, seconds: float) -> None:
        passed = asyncio.ensure_future(self._clock.sleep(seconds))
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({passed, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            passed.cancel()
            over.cancel()
        if self._cause is not None:
            raise CallEnded("the call is over")


class DrillCarrier:
    """Places calls to nobody."""

    name = "simulated"
    simulated = True

    def __init__(self, pace: Pace, clock: Clock, record: Record) -> None:
        self._pace = pace
        self._clock = clock
        self._record = record

    async def place(self, order: DialOrder, permit: PermitClaims) -> DrillCall:
        self._record.write(f"+ {permit.attempt_id} {order.number} {self._record.second:.3f} {os.getpid()}")
        chance = Random(f"{order.number}|{permit.nth}")
        call = DrillCall(permit.attempt_id, chance, self._pace, self._clock, self._record)
        if chance.random() < TRUNK_FAULTS:
            await call.hang_up()
            raise TrunkFault("a drill of a trunk that is full")
        return call


def build(setup: LineSetup) -> DrillCarrier:
    record = Record(Path(os.environ["XIAORONG_HOME"]) / RECORD, setup.clock)
    return DrillCarrier(PACES[os.environ.get("DRILL_PACE", "usual")], setup.clock, record)
