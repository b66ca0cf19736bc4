"""A call whose far end is a recording, and whose other side is recorded: to try a bot without a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import soundfile

from telephony.clock import Clock
from telephony.errors import LineError
from telephony.line import Answered, Dtmf, Played, Sound
from telephony.pcm import FRAME_BYTES, frames_in, pcm_of
from telephony.playout import Taken
from telephony.recordings import open_recording, read_recording
from telephony.simulated.duplex import Duplex, Tick
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause


class FileCall:
    """An ``AudioCall``: ``heard`` is what the far end says, ``spoken`` is written with all that we send.

    Its time is the clock's. ``lingers_s`` after the end of ``heard`` the far end hangs up; None: it stays,
    and is silent. Raises LineConfigError when a file cannot be read or written.
    """

    def __init__(self, clock: Clock, heard: Path, spoken: Path, *, lingers_s: float | None = None) -> None:
        self._clock = clock
        self._time = Timeline(clock)
        self._far = _Files(pcm_of(read_recording(heard)), open_recording(spoken), lingers_s)
        self._media: Duplex | None = None
        self.id = f"file-{heard.stem}"

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        return self._time.cause

    async def answer(self) -> Answered:
        """The recording begins now. Raises CallEnded when it was hung up before."""
        if self._media is None:
            self._time.check_alive()
            self._time.answered = True
            self._media = Duplex(self._clock, self._time, self._far)
        return Answered(0.0)

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        return await self._talking().receive(timeout_s)

    async def send(self, sound: Sound) -> None:
        await self._talking().send(sound)

    async def mark(self, name: str) -> None:
        await self._talking().mark(name)

    async def clear(self) -> None:
        await self._talking().clear()

    async def hang_up(self) -> None:
        """End the call and close the files; harmless when it is over already."""
        self._time.hang_up()
        if self._media is not None:
            self._media.drop()
        self._far.close()

    def _talking(self) -> Duplex:
        if self._media is None:
            self._time.check_alive()
            raise LineError("the call is not answered yet")
        return self._media


class _Files:
    """Plays one recording, and writes the other in step with it."""

    def __init__(self, heard: bytes, spoken: soundfile.SoundFile, lingers_s: float | None) -> None:
        self._heard, self._spoken = heard, spoken
        self._at = 0
        self._ends_at = None if lingers_s is None else len(heard) + frames_in(lingers_s) * FRAME_BYTES

    async def prepare(self) -> None:
        """Both are at hand."""

    def tick(self, ours: Taken) -> Tick:
        frame = self._heard[self._at : self._at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        self._at += FRAME_BYTES
        self._spoken.buffer_write(ours.pcm, dtype="int16")
        if self._ends_at is not None and self._at >= self._ends_at:
            self.close()
            return Tick(frame, ends=HangupCause.NORMAL)
        return Tick(frame)

    def close(self) -> None:
        self._spoken.close()
