"""Who picked up: a person, or a machine to which nothing shall be said. Found out before our side speaks.

For any carrier: frames go in, a verdict comes out, and time is what the frames last. The frames are the
carrier's to keep: what a person said first is to be heard by whoever talks to them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from telephony.activity import Activity
from telephony.announcements import Announcement, AnnouncementListener, Announcements
from telephony.beep import BeepListener
from telephony.hearing import Ears
from telephony.pcm import FRAME_BYTES, FRAME_S, frames_in
from telephony.status import HangupCause
from telephony.words import Words

SILENCE_S: Final = 2.0
"""Nobody spoke for so long after picking up: they wait for us to."""

PAUSE_S: Final = 0.7
"""Somebody who pauses for so long waits for an answer. Announcements pause for less between their clauses."""

LONG_S: Final = 3.0
"""People who pick up say less at a time than this, and machines more."""

LONG_IN_WORDS_S: Final = 4.5
"""The same, where it is heard that the words are no machine's so far."""

AT_MOST_S: Final = 8.0
"""There is a verdict by then, whatever is heard."""

LATE_S: Final = 10.0
"""Until then after the pick-up a machine is still found out by its words."""

_ONSET: Final = 3  # frames of speech that are more than a click
_WORDS_IN_NOISE: Final = 6  # letters; an ear that hears fewer in so long a time has heard no speech


class Verdict(StrEnum):
    """Who picked up."""

    PERSON = "person"
    MACHINE = "machine"
    SILENCE = "silence"  # nobody has spoken


class Screening:
    """Listens to one call from the pick-up on, with an ear of ``ears`` where there is one to be had."""

    def __init__(self, known: Announcements, ears: Ears | None = None) -> None:
        self._known = known
        self._listener = AnnouncementListener(known, cause=HangupCause.ASSISTANT)
        self._words = Words(ears, self._listener)
        self._activity = Activity()
        self._beep = BeepListener()
        self._frames = 0
        self._active = 0
        self._began_at: int | None = None
        self._last_active = 0
        self._over = False
        self.verdict: Verdict | None = None

    @property
    def heard(self) -> str:
        """The words heard so far; empty where nobody listens."""
        return self._words.text

    @property
    def announcement(self) -> Announcement | None:
        """The announcement that gave the machine away; None when it was its manner, or there is none."""
        return self._words.believed

    async def feed(self, pcm: bytes) -> Verdict | None:
        """Take in whole frames. The verdict, None while there is none.

        Once it is a person or silence, words may still show a machine for a while: feed on for that.
        """
        if self._over:
            return self.verdict
        for at in range(0, len(pcm), FRAME_BYTES):
            await self._hear(pcm[at : at + FRAME_BYTES])
        decided = self.verdict is Verdict.MACHINE or (self.verdict is not None and self._words.deaf)
        if decided or self._frames >= frames_in(LATE_S):
            self._over = True
            await self.close()
        return self.verdict

    async def close(self) -> None:
        """Give the ear back, where it is still needed. Harmless to call again."""
        await self._words.close()

    async def _hear(self, frame: bytes) -> None:
        self._frames += 1
        speech = self._activity.feed(frame)
        if speech:
            self._active += 1
            self._last_active = self._frames
            if self._active == _ONSET:
                self._began_at = self._frames - _ONSET
        elif self._began_at is None and self._frames - self._last_active > _ONSET:
            self._active = 0
        await self._words.feed(frame, speech)
        if self._words.believed is not None:
            self.verdict = Verdict.MACHINE
        elif self.verdict is None:
            self.verdict = Verdict.MACHINE if self._beep.feed(frame) else self._by_manner()

    def _by_manner(self) -> Verdict | None:
        if self._began_at is None:
            return Verdict.SILENCE if self._frames >= frames_in(SILENCE_S) else None
        suspect = self._listener.best is not None
        if not suspect and self._known.is_greeting(self._words.text):
            return Verdict.PERSON
        lasts_s = (self._frames - self._began_at) * FRAME_S
        pause_s = (self._frames - self._last_active) * FRAME_S
        if pause_s >= (SILENCE_S if suspect else PAUSE_S):
            return Verdict.PERSON
        if self._frames >= frames_in(AT_MOST_S):
            return Verdict.MACHINE if suspect else Verdict.PERSON
        if self._words.deaf:
            return Verdict.MACHINE if lasts_s >= LONG_S else None
        if lasts_s < LONG_IN_WORDS_S:
            return None
        return Verdict.MACHINE if self._words.letters >= _WORDS_IN_NOISE else Verdict.PERSON
