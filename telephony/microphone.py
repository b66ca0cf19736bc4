"""A call over this machine's own microphone and loudspeaker: to talk to a bot without a telephone.

Needs the optional package ``sounddevice`` (extra ``microphone``) and PortAudio. Use a headset: nothing here
cancels the echo of a loudspeaker.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any, Final, Literal, Protocol, cast

from telephony.errors import CallEnded, LineConfigError, LineError
from telephony.line import Answered, Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES, FRAME_SAMPLES, RATE
from telephony.playout import Playout
from telephony.status import HangupCause

Device = int | str | None
"""A sound device by its number or a part of its name; None: the system's usual one."""

MOST_WAITING: Final = 3000
"""Frames that are kept for a side that does not listen: a minute of them."""


class Stream(Protocol):
    """A running sound device, as PortAudio has it."""

    def close(self) -> None: ...


Block = Callable[[bytes], bytes]
"""One block of the microphone's sound → as much for the loudspeaker. Called from the device's own thread."""

OpenStream = Callable[[Block, Callable[[], None]], Stream]
"""Runs a stream that hands over blocks, and tells when it has stopped for good. Raises LineConfigError."""


class MicrophoneCall:
    """An ``AudioCall`` over a stream of 16-bit mono samples at 8 kHz, in blocks of any size."""

    id = "microphone"

    def __init__(self, open_stream: OpenStream) -> None:
        self._open_stream = open_stream
        self._stream: Stream | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cause: HangupCause | None = None
        self._coming: deque[Sound | Played] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()
        self._playout = Playout()
        self._playing = Lock()
        self._heard = b""  # less than a frame, of the device's thread alone, as is what is left to play
        self._left = b""

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        return self._cause

    async def answer(self) -> Answered:
        """Open the devices. Raises LineConfigError when they cannot be, CallEnded after a hang-up."""
        if self._stream is None:
            self._check_alive()
            self._loop = asyncio.get_running_loop()
            self._stream = self._open_stream(self._block, self._stopped)
        return Answered(0.0)

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """As an AudioCall's."""
        self._check_answered()
        if not self._coming and self._cause is None:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return None
        if not self._coming:
            self._check_alive()
        return self._coming.popleft() if self._coming else None

    async def send(self, sound: Sound) -> None:
        self._check_answered()
        self._check_alive()
        with self._playing:
            self._playout.send(sound)

    async def mark(self, name: str) -> None:
        self._check_answered()
        self._check_alive()
        with self._playing:
            waits = self._playout.mark(name)
        if not waits:
            self._arrive([Played(name)])

    async def clear(self) -> None:
        self._check_answered()
        self._check_alive()
        with self._playing:
            self._playout.clear()

    async def hang_up(self) -> None:
        """Close the devices; harmless when it is over already."""
        if self._cause is None:
            self._cause = HangupCause.NORMAL
            self._coming.clear()
        self._news.set()
        if self._stream is not None:
            # Waits for the device's thread, which may be waiting for this loop to take a frame.
            await asyncio.to_thread(self._stream.close)

    def _block(self, microphone: bytes) -> bytes:
        """In the device's thread."""
        heard = self._heard + microphone
        whole = len(heard) - len(heard) % FRAME_BYTES
        self._heard = heard[whole:]
        came: list[Sound | Played] = [
            Sound(heard[at : at + FRAME_BYTES]) for at in range(0, whole, FRAME_BYTES)
        ]
        with self._playing:
            while len(self._left) < len(microphone):
                taken = self._playout.take()
                self._left += taken.pcm
                came += [Played(mark) for mark in taken.marks]
        loudspeaker, self._left = self._left[: len(microphone)], self._left[len(microphone) :]
        self._tell(lambda: self._arrive(came))
        return loudspeaker

    def _stopped(self) -> None:
        """In the device's thread."""
        self._tell(self._lost)

    def _tell(self, news: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(news)

    def _arrive(self, came: list[Sound | Played]) -> None:
        if self._cause is None:
            self._coming.extend(came)
            self._news.set()

    def _lost(self) -> None:
        self._cause = self._cause or HangupCause.DROPPED
        self._news.set()

    def _check_answered(self) -> None:
        if self._stream is None:
            self._check_alive()
            raise LineError("the call is not answered yet")

    def _check_alive(self) -> None:
        if self._cause is not None:
            raise CallEnded(f"the call is over: {self._cause.value}")


def microphone_call(microphone: Device = None, loudspeaker: Device = None) -> MicrophoneCall:
    """A call over these devices. Raises LineConfigError when the package or PortAudio is missing."""
    library = _library()

    def open_stream(block: Block, stopped: Callable[[], None]) -> Stream:
        def callback(indata: Any, outdata: Any, frames: int, time: Any, status: Any) -> None:  # noqa: ARG001
            outdata[:] = block(bytes(indata))

        try:
            stream = library.RawStream(
                samplerate=RATE,
                blocksize=FRAME_SAMPLES,
                device=(microphone, loudspeaker),
                channels=1,
                dtype="int16",
                latency="low",
                callback=callback,
                finished_callback=stopped,
            )
            stream.start()
        except (library.PortAudioError, ValueError) as error:
            raise LineConfigError(
                f"no microphone and loudspeaker can be opened at {RATE} Hz: {error}; "
                "`python -m sounddevice` lists the devices"
            ) from error
        return cast(Stream, stream)

    return MicrophoneCall(open_stream)


def _library() -> ModuleType:
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise LineConfigError("talking by microphone needs the extra `microphone` of this package") from error
    except OSError as error:
        raise LineConfigError(
            f"talking by microphone needs PortAudio (Debian: libportaudio2, macOS: portaudio): {error}"
        ) from error
