"""What a network lets hear before the answer: announcements, told by words, and tones, by their cadence.

For any carrier: sound goes in as it comes, and evidence for ``telephony.outcome`` comes out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from telephony.activity import Activity
from telephony.announcements import AnnouncementListener, Announcements
from telephony.hearing import Ears
from telephony.outcome import Evidence
from telephony.pcm import FRAME_BYTES, SILENCE
from telephony.progress_tones import ProgressTones
from telephony.tones import Tone
from telephony.words import Words

_FINAL: Final = frozenset({Tone.BUSY, Tone.CONGESTION})


class EarlyMedia:
    """Listens to one dial. Without an ear, tones alone are understood."""

    def __init__(self, known: Announcements, ears: Ears | None = None) -> None:
        self._listener = AnnouncementListener(known)
        self._words = Words(ears, self._listener)
        self._tones = ProgressTones()
        self._activity = Activity()
        self._rest = b""

    @property
    def text(self) -> str | None:
        """What the network said, as recognised: the first sentence that was understood, else all of it."""
        return self._listener.text or self._words.text or None

    async def feed(self, pcm: bytes) -> bool:
        """Take in sound. Whether it tells how the dial ends: nothing is to be waited for then."""
        pcm = self._rest + pcm
        for number, is_tone in enumerate(self._tones.feed(pcm[len(self._rest) :])):
            frame = pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
            speech = not is_tone and self._activity.feed(frame)
            await self._words.feed(SILENCE if is_tone else frame, speech)
        self._rest = pcm[len(pcm) - len(pcm) % FRAME_BYTES :]
        return self._words.believed is not None or self._tones.tone in _FINAL

    async def evidence(self, signalled: Evidence) -> Evidence:
        """What was ``signalled``, and what was heard beside it."""
        await self._words.finish()
        announced = self._words.believed or self._listener.best
        return replace(signalled, announcement=announced, tone=self._tones.tone)

    async def close(self) -> None:
        """Give the ear back."""
        await self._words.close()
