"""A sound card as a call: blocks of any size become frames, and what is missing is named."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import CallEnded, LineConfigError, LineError
from telephony.line import Answered, Played, Sound
from telephony.microphone import Block, MicrophoneCall, microphone_call
from telephony.pcm import FRAME_BYTES, SILENCE
from telephony.status import HangupCause


class FakeCard:
    """A sound card whose microphone and loudspeaker the test holds."""

    def __init__(self) -> None:
        self.closed = False

    def __call__(self, block: Block, stopped: Callable[[], None]) -> FakeCard:
        self.block, self.stopped = block, stopped
        return self

    def close(self) -> None:
        self.closed = True
        self.stopped()

    async def run(self, microphone: bytes) -> bytes:
        """One block in a thread of its own, as PortAudio does."""
        played = await asyncio.to_thread(self.block, microphone)
        await asyncio.sleep(0)
        return played


def samples(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "little", signed=True) for value in values)


async def answered() -> tuple[MicrophoneCall, FakeCard]:
    card = FakeCard()
    call = MicrophoneCall(card)
    assert await call.answer() == await call.answer() == Answered(0.0)
    return call, card


async def test_blocks_become_frames_and_frames_blocks() -> None:
    call, card = await answered()
    await call.send(Sound(samples(*range(1, 321)), "您好"))
    await call.mark("end")
    played = b"".join([await card.run(samples(*[7] * 100)) for _ in range(5)])
    assert played == samples(*range(1, 321)).ljust(1000, b"\0")
    came = [await call.receive(0.0) for _ in range(5)]
    assert came.count(Played("end")) == 1
    assert [c for c in came if isinstance(c, Sound)] == [Sound(samples(*[7] * 160))] * 3
    assert came[-1] is None, "less than a frame is kept for later"


@given(sizes=st.lists(st.integers(0, 900), max_size=12), sent=st.integers(0, 2000))
async def test_no_sample_is_lost_or_moved_whatever_the_blocks(sizes: list[int], sent: int) -> None:
    card = FakeCard()
    call = MicrophoneCall(card)
    await call.answer()
    ours = samples(*(1 + n % 999 for n in range(sent)))
    await call.send(Sound(ours))
    theirs = samples(*(n % 999 for n in range(sum(sizes))))
    at, played = 0, b""
    for size in sizes:
        played += card.block(theirs[at : at + 2 * size])
        at += 2 * size
    assert len(played) == len(theirs)
    assert (played + ours[len(played) :]).startswith(ours)
    await asyncio.sleep(0)
    heard = b""
    while isinstance(came := await call.receive(0.0), Sound):
        assert len(came.pcm) == FRAME_BYTES
        heard += came.pcm
    assert heard == theirs[: len(theirs) // FRAME_BYTES * FRAME_BYTES]


async def test_marks_and_clears() -> None:
    call, card = await answered()
    await call.mark("nothing waits")
    assert await call.receive(0.0) == Played("nothing waits")
    await call.send(Sound(samples(*[1] * 480)))
    await call.mark("cleared")
    await card.run(SILENCE)
    await call.clear()
    assert await card.run(SILENCE) == SILENCE
    await call.mark("after")
    came = [await call.receive(0.0) for _ in range(3)]
    assert [c for c in came if isinstance(c, Played)] == [Played("after")]


async def test_a_side_that_waits_is_woken() -> None:
    call, card = await answered()
    waiting = asyncio.create_task(call.receive(60.0))
    await asyncio.sleep(0)
    await card.run(samples(*[3] * 160))
    assert await waiting == Sound(samples(*[3] * 160))


async def test_hanging_up_closes_the_devices() -> None:
    call, card = await answered()
    await card.run(SILENCE)
    waiting = asyncio.create_task(call.receive(60.0))
    assert await waiting == Sound(SILENCE)
    waiting = asyncio.create_task(call.receive(60.0))
    await asyncio.sleep(0)
    await call.hang_up()
    await call.hang_up()
    assert card.closed
    assert call.cause is HangupCause.NORMAL
    with pytest.raises(CallEnded):
        await waiting
    for asked in (call.send(Sound(SILENCE)), call.mark("m"), call.clear(), call.receive(0.0)):
        with pytest.raises(CallEnded):
            await asked


async def test_a_device_that_is_pulled_out_ends_the_call() -> None:
    call, card = await answered()
    await card.run(SILENCE)
    threading.Thread(target=card.stopped).start()
    assert await call.receive(0.0) == Sound(SILENCE)
    with pytest.raises(CallEnded):
        await call.receive(60.0)
    assert call.cause is HangupCause.DROPPED


async def test_nothing_passes_before_the_answer() -> None:
    call = MicrophoneCall(FakeCard())
    with pytest.raises(LineError, match="not answered"):
        await call.receive(0.0)
    await call.hang_up()
    with pytest.raises(CallEnded):
        await call.answer()


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(LineConfigError, match="extra `microphone`"):
        microphone_call()


def test_a_missing_portaudio_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr("telephony.microphone.import_module", missing)
    with pytest.raises(LineConfigError, match="libportaudio2"):
        microphone_call()


class FakePortAudio(ModuleType):
    """The part of sounddevice that is used, with its errors."""

    class PortAudioError(Exception):
        pass

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__("sounddevice")
        self._fault = fault
        self.settings: dict[str, Any] = {}
        self.started = False

    def RawStream(self, **settings: Any) -> FakePortAudio:  # noqa: N802 - its name there
        if self._fault is not None:
            raise self._fault
        self.settings = settings
        return self

    def start(self) -> None:
        self.started = True


@pytest.mark.parametrize(
    "fault", [FakePortAudio.PortAudioError("Error querying device -1"), ValueError("No input device 'x'")]
)
async def test_a_missing_device_is_named(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakePortAudio(fault))
    with pytest.raises(LineConfigError, match=str(fault)):
        await microphone_call().answer()


async def test_the_stream_is_asked_for_what_a_line_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    call = microphone_call(microphone=3, loudspeaker="headset")
    await call.answer()
    assert library.started
    asked = {k: library.settings[k] for k in ("samplerate", "channels", "dtype", "blocksize", "device")}
    assert asked == {
        "samplerate": 8000,
        "channels": 1,
        "dtype": "int16",
        "blocksize": 160,
        "device": (3, "headset"),
    }
    await call.send(Sound(samples(*[5] * 160)))
    out = bytearray(FRAME_BYTES)
    library.settings["callback"](memoryview(samples(*[9] * 160)), out, 160, None, None)
    await asyncio.sleep(0)
    assert bytes(out) == samples(*[5] * 160)
    assert await call.receive(0.0) == Sound(samples(*[9] * 160))
