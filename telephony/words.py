"""Words out of the sound of one line, held against the announcements that are known."""

from __future__ import annotations

from collections import deque
from typing import Final

from telephony.announcements import Announcement, AnnouncementListener, normalise
from telephony.hearing import Ear, Ears
from telephony.pcm import FRAME_BYTES, FRAME_S

_BATCH: Final = 5 * FRAME_BYTES
"""An ear is fed at this rate: each feed has a price of its own."""

_BEFORE: Final = 10
"""Frames kept from before speech was noticed: words begin softly."""

PAUSE_S: Final = 0.3
"""A pause this long ends an utterance."""


class Words:
    """Listens to one line. An ear is only opened once there is speech, and only fed with that."""

    def __init__(self, ears: Ears | None, listener: AnnouncementListener) -> None:
        self._ears, self._listener = ears, listener
        self._ear: Ear | None = None
        self._before: deque[bytes] = deque(maxlen=_BEFORE)
        self._unfed = b""
        self._quiet_s = 0.0
        self._speaking = False
        self._said = ""
        self._saying = ""
        self.believed: Announcement | None = None

    @property
    def deaf(self) -> bool:
        """Whether nobody listens."""
        return self._ears is None

    @property
    def text(self) -> str:
        """The words so far; the last of them may still change."""
        return self._said + self._saying

    @property
    def letters(self) -> int:
        """How many letters they have."""
        return len(normalise(self.text))

    async def feed(self, frame: bytes, speech: bool) -> None:
        """Take in one frame, and whether it holds speech."""
        if self.deaf:
            return
        if not self._speaking and not speech:
            self._before.append(frame)
            return
        if not self._speaking:
            self._speaking = True
            self._unfed = b"".join(self._before)
            self._before.clear()
        self._quiet_s = 0.0 if speech else self._quiet_s + FRAME_S
        self._unfed += frame
        if self._quiet_s >= PAUSE_S - FRAME_S / 2:
            await self.finish()
        elif len(self._unfed) >= _BATCH:
            await self._listen()

    async def finish(self) -> None:
        """Take what is being said as said."""
        if not self._speaking:
            return
        await self._listen()
        if self._ear is not None:
            text = await self._ear.finish()
            self.believed = self._listener.feed(text) or self.believed
            self._said += text
        self._saying, self._speaking, self._quiet_s = "", False, 0.0

    async def close(self) -> None:
        """Give the ear back. Harmless when there is none."""
        ear, self._ear, self._ears = self._ear, None, None
        if ear is not None:
            await ear.close()

    async def _listen(self) -> None:
        if self._ear is None and self._ears is not None:
            self._ear = await self._ears.open()
            if self._ear is None:
                self._ears = None
        sound, self._unfed = self._unfed, b""
        if self._ear is not None and sound:
            self._saying = await self._ear.feed(sound)
            self.believed = self._listener.would_believe(self._saying) or self.believed
