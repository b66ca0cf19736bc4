"""The line of one call with its time: frames in, sentences out, and what has been heard of them."""

from __future__ import annotations

from typing import Final

from bot.audio.pcm import FRAME_S, RATE, seconds, silence
from bot.channel import HungUpError, Keys
from bot.voice.listener import Listener
from bot.voice.playout import Playout
from bot.voice.ports import Frame, Played, Recorder, SoundLine

TICK_S: Final = 0.1
"""How long to wait for a frame before its absence is noticed."""

DEAD_LINE_S: Final = 15.0
"""A line that brings no frame for so long is dead."""


class Wire:
    """Time is counted in the frames of the line, and in the waits for those that do not come."""

    def __init__(self, line: SoundLine, listener: Listener, recorder: Recorder) -> None:
        self._line, self._listener, self._recorder = line, listener, recorder
        self._busy_until = 0.0  # when all that was sent will have been played
        self._without_frame_s = 0.0
        self._playing: Playout | None = None
        self._heard = ""  # of the sentence that was stopped
        self.at = 0.0
        """Seconds since the first frame."""
        self.keys = ""
        """Keys pressed and not yet read."""

    async def next(self) -> None:
        """Take in the next thing from the far end. Raises HungUpError, also when the line is dead."""
        match await self._line.receive(TICK_S):
            case Frame(pcm):
                self.at += FRAME_S
                self._without_frame_s = 0.0
                self._recorder.customer(pcm)
                await self._listener.feed(pcm, double_talk=self.at < self._busy_until)
            case Played(mark):
                if self._playing is not None:
                    self._playing.played(mark, self.at)
            case Keys() as keys:
                self.keys += keys
            case None:
                self.at += TICK_S
                self._without_frame_s += TICK_S
                self._recorder.customer(silence(TICK_S))  # both sides stay aligned
                if self._without_frame_s >= DEAD_LINE_S:
                    self.note("dead_line")
                    await self._line.hang_up()
                    raise HungUpError

    async def play(self, playout: Playout) -> Playout:
        """Send a sentence behind what is being played. Raises HungUpError."""
        begins = max(self.at, self._busy_until)
        playout.begin(begins)
        self._playing = playout
        sound = await playout.send(self._line)
        self._recorder.bot(sound, round(begins * RATE))
        self._busy_until = begins + seconds(sound)
        return playout

    async def stop(self) -> str:
        """Fall silent at once; gives what was heard of the sentence. Raises HungUpError."""
        self._heard = self.heard
        self._playing = None
        self._recorder.cut(round(self.at * RATE))
        self._busy_until = self.at
        await self._line.clear()
        return self._heard

    @property
    def heard(self) -> str:
        """What was heard by now of the sentence being played, or of the one that was stopped."""
        return self._playing.heard(self.at) if self._playing is not None else self._heard

    async def hang_up(self) -> None:
        await self._line.hang_up()

    def note(self, name: str, **data: str | float | bool) -> None:
        """Put something that happened on record."""
        self._recorder.note(name, round(self.at * RATE), **data)
