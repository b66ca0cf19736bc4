"""The media of a call against a simple model: what is sent, marked, cleared and received, and when."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from telephony.errors import CallEnded
from telephony.line import Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES
from telephony.playout import Taken
from telephony.simulated.duplex import Duplex, Tick
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause
from tests.unit.telephony.fakes import FakeClock


class NumberedFrames:
    """A far side whose frames bear their number; it writes down what it was played."""

    def __init__(self, ends_after: int | None = None, key_every: int | None = None, late_us: int = 0) -> None:
        self._ends_after, self._key_every, self._late_us = ends_after, key_every, late_us
        self.played: list[bytes] = []
        self.prepared = 0

    async def prepare(self) -> None:
        self.prepared += 1
        await asyncio.sleep(0)

    def tick(self, ours: Taken) -> Tick:
        number = len(self.played)
        self.played.append(ours.pcm)
        return Tick(
            frame(number),
            keys="7" if self._key_every and number % self._key_every == 0 else "",
            late_us=self._late_us if number % 3 == 0 else 0,
            ends=HangupCause.NORMAL if number + 1 == self._ends_after else None,
        )


def frame(number: int) -> bytes:
    return number.to_bytes(2, "little") * (FRAME_BYTES // 2)


def sound(frames: float, value: int = 1) -> Sound:
    return Sound(value.to_bytes(2, "little", signed=True) * round(160 * frames))


@pytest.fixture
def far() -> NumberedFrames:
    return NumberedFrames()


@pytest.fixture
def media(clock: FakeClock, far: NumberedFrames) -> Duplex:
    return Duplex(clock, Timeline(clock), far)


async def test_a_mark_of_an_empty_queue_comes_at_once(clock: FakeClock, media: Duplex) -> None:
    await media.mark("now")
    assert await media.receive(1.0) == Played("now")
    assert clock.slept_s == 0


async def test_a_mark_comes_when_all_before_it_was_played(clock: FakeClock, media: Duplex) -> None:
    await media.send(sound(2.5))
    await media.mark("end")
    came = [await media.receive(1.0) for _ in range(4)]
    assert came == [Sound(frame(0)), Sound(frame(1)), Played("end"), Sound(frame(2))]
    assert clock.slept_s == pytest.approx(0.06)


async def test_a_mark_in_cleared_sound_never_comes(media: Duplex) -> None:
    await media.send(sound(2))
    await media.mark("first")
    await media.send(sound(10))
    await media.mark("cleared")
    for _ in range(3):
        await media.receive(1.0)
    await media.clear()
    await media.send(sound(1))
    await media.mark("after")
    came = [await media.receive(1.0) for _ in range(8)]
    assert [item for item in came if isinstance(item, Played)] == [Played("after")]


async def test_late_frames_keep_their_order(clock: FakeClock) -> None:
    media = Duplex(clock, Timeline(clock), NumberedFrames(late_us=50_000, key_every=5))
    came = [await media.receive(1.0) for _ in range(60)]
    assert [c for c in came if isinstance(c, Sound)] == [Sound(frame(number)) for number in range(50)]
    before_keys = [came[at + 1] for at, c in enumerate(came) if isinstance(c, Dtmf)]
    assert before_keys == [Sound(frame(number)) for number in range(0, 50, 5)]


async def test_what_was_sent_meanwhile_is_played_from_now_on(
    clock: FakeClock, media: Duplex, far: NumberedFrames
) -> None:
    clock.moment += timedelta(seconds=1)
    await media.send(sound(1, value=5))
    await media.receive(1.0)
    clock.moment += timedelta(seconds=1)
    await media.receive(0.0)
    assert [number for number, pcm in enumerate(far.played) if any(pcm)] == [50]


async def test_several_tasks_may_use_it_at_once(media: Duplex, far: NumberedFrames) -> None:
    async def sends() -> None:
        for _ in range(20):
            await media.send(sound(1))
            await asyncio.sleep(0)

    async def receives() -> list[object]:
        return [await media.receive(1.0) for _ in range(40)]

    came, _ = await asyncio.gather(receives(), sends())
    assert came == [Sound(frame(number)) for number in range(40)]
    assert sum(any(pcm) for pcm in far.played) == 20


class DuplexMachine(RuleBasedStateMachine):
    """The model: a list of samples to play, of marks behind them, and the number of the next frame."""

    @initialize(ends_after=st.none() | st.integers(1, 60), late=st.booleans())
    def pick_up(self, ends_after: int | None, late: bool) -> None:
        self.clock = FakeClock()
        self.timeline = Timeline(self.clock)
        self.far = NumberedFrames(ends_after)
        self.media = Duplex(self.clock, self.timeline, self.far)
        self.ends_after = ends_after
        self.waiting: list[int | str] = []
        self.due: list[str] = []  # marks that have been passed and not come
        self.frames: list[int] = []  # that have arrived and were not received
        self.ticks = 0
        self.expected: list[bytes] = []
        self.serial = 0
        self.hung_up = False
        self.begun = self.clock.moment

    @property
    def over(self) -> bool:
        return self.hung_up or (self.ends_after is not None and self.ticks >= self.ends_after)

    def catch_up(self) -> None:
        """Let the model come to where the clock is."""
        passed = (self.clock.moment - self.begun) // timedelta(milliseconds=20)
        while self.ticks < passed and not self.over:
            played: list[int] = []
            while self.waiting and (isinstance(self.waiting[0], str) or len(played) < 160):
                item = self.waiting.pop(0)
                if isinstance(item, str):
                    self.due.append(item)
                else:
                    played.append(item)
            self.expected.append(b"".join(v.to_bytes(2, "little") for v in played).ljust(FRAME_BYTES, b"\0"))
            self.frames.append(self.ticks)
            self.ticks += 1

    def do(self, action: str, *arguments: object) -> bool:
        """Do it on the call; whether it was still possible."""
        self.catch_up()
        try:
            asyncio.run(getattr(self.media, action)(*arguments))
        except CallEnded:
            assert self.over
            return False
        assert not self.over
        return True

    @rule(samples=st.integers(0, 700))
    def send(self, samples: int) -> None:
        self.serial += 1
        if self.do("send", sound(samples / 160, self.serial)):
            self.waiting += [self.serial] * samples

    @rule()
    def mark(self) -> None:
        self.serial += 1
        if self.do("mark", str(self.serial)):
            (self.waiting if self.waiting else self.due).append(str(self.serial))

    @rule()
    def clear(self) -> None:
        if self.do("clear"):
            self.waiting.clear()

    @rule(milliseconds=st.integers(1, 130))
    def work(self, milliseconds: int) -> None:
        self.clock.moment += timedelta(milliseconds=milliseconds)

    @precondition(lambda self: not self.hung_up)
    @rule()
    def hang_up(self) -> None:
        if self.serial % 7 == 6:  # now and then
            self.timeline.hang_up()
            self.media.drop()
            self.hung_up = True
            self.frames.clear()
            self.due.clear()

    @rule(milliseconds=st.integers(0, 70))
    def receive(self, milliseconds: int) -> None:
        before = self.clock.moment
        try:
            came = asyncio.run(self.media.receive(milliseconds / 1000))
        except CallEnded:
            self.catch_up()
            assert self.over
            assert not self.frames
            assert not self.due
            return
        waited = self.clock.moment - before
        assert waited <= timedelta(milliseconds=milliseconds)
        self.catch_up()
        if isinstance(came, Played):
            assert came.mark == self.due.pop(0)
        elif isinstance(came, Sound):
            assert came.pcm == frame(self.frames.pop(0))
            assert not self.due, "marks do not wait for frames"
        else:
            assert came is None
            assert waited == timedelta(milliseconds=milliseconds)
            assert not self.frames
        assert self.far.played == self.expected


TestDuplexMachine = DuplexMachine.TestCase
