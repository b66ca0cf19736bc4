"""The talk on an answered call, in text: turns, silence, interruptions, machines found out by their words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from telephony.announcements import AnnouncementListener, Announcements
from telephony.errors import CallEnded
from telephony.far_end import FarEnd, FarReply
from telephony.line import Dtmf, Text
from telephony.simulated.speaking import speaking_s
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause

# After a pick-up the line listens this long for the first words: to a machine nothing shall be said.
SCREENING_S = 2.0
SCREENED_TURNS = 2

KEY_S = 0.3
"""From one key to the next, as people press them."""


@dataclass(frozen=True, slots=True)
class _Speech:
    """What the far end is about to say: silent for ``starts_in_s``, then talking for ``lasts_s``."""

    text: str
    starts_in_s: float
    lasts_s: float
    hangs_up: bool
    keys: str


class Talk:
    """The far end's side of one answered call."""

    def __init__(self, far_end: FarEnd, timeline: Timeline, known: Announcements) -> None:
        self._far_end = far_end
        self._time = timeline
        self._screen = AnnouncementListener(known, cause=HangupCause.ASSISTANT)
        self._turns = 0
        self._heard: list[str] = []  # by the far end, since it last had its turn
        self._coming: _Speech | None = None
        self._first_words: str | None = None
        self._keys: deque[str] = deque()

    async def screen(self) -> str | None:
        """Listen for the first words, kept for the first ``hear``; returns them if they are a machine's."""
        self._expect(self._far_end.greet())
        greeting = self._coming
        try:
            if greeting is None or greeting.starts_in_s > SCREENING_S:
                await self._pass(SCREENING_S)
            else:
                self._first_words = await self._listen_to(greeting)
        except CallEnded:
            if self._time.cause is HangupCause.ASSISTANT and greeting is not None:
                return greeting.text
        return None

    async def play(self, text: str, *, interruptible: bool) -> bool:
        """Say ``text`` to the far end; whether it heard it to the end. Raises CallEnded."""
        self._time.check_alive()
        lasts_s = speaking_s(text)
        cut_s = self._far_end.cuts_in(text) if interruptible else None
        if cut_s is None or cut_s >= lasts_s:
            await self._pass(lasts_s)
            self._heard.append(text)
            return True
        cut_s = max(cut_s, 0.0)
        await self._pass(cut_s)
        self._heard.append(text[: int(len(text) * cut_s / lasts_s)])
        return False

    async def hear(self, timeout_s: float) -> Text | Dtmf | None:
        """What the far end says next, or None after ``timeout_s`` of silence. Raises CallEnded."""
        self._time.check_alive()
        if self._first_words is not None:
            text, self._first_words = self._first_words, None
            return Text(text)
        if self._keys:
            await self._pass(KEY_S)
            return Dtmf(self._keys.popleft())
        if self._coming is None and self._heard:
            heard, self._heard = "".join(self._heard), []
            self._expect(self._far_end.hear(heard))
        speech = self._coming
        if speech is None or speech.starts_in_s > timeout_s:
            await self._pass(timeout_s)
            return None
        text = await self._listen_to(speech)
        return Text(text) if text else await self.hear(timeout_s)

    def _expect(self, reply: FarReply | None) -> None:
        if reply is None:
            return
        if reply.text is not None or reply.keys:
            text = reply.text or ""
            self._coming = _Speech(text, reply.delay_s, speaking_s(text), reply.hang_up, reply.keys)
        elif reply.hang_up:
            self._time.end_in(reply.delay_s, HangupCause.NORMAL)

    async def _listen_to(self, speech: _Speech) -> str:
        """Hear ``speech`` out. When the first turns are a machine's, the call ends with nothing more said."""
        await self._time.advance(speech.starts_in_s + speech.lasts_s)
        self._coming = None
        self._turns += 1
        if self._turns <= SCREENED_TURNS and self._screen.feed(speech.text) is not None:
            self._time.end(HangupCause.ASSISTANT)
            self._time.check_alive()
        self._keys.extend(speech.keys)
        if speech.hangs_up:
            self._time.end_in(KEY_S * (len(speech.keys) + 1) if speech.keys else 0.0, HangupCause.NORMAL)
        return speech.text

    async def _pass(self, seconds: float) -> None:
        """Let time pass; a far end that is about to speak comes nearer to it, and waits for its turn."""
        await self._time.advance(seconds)
        if self._coming is not None:
            left_s = max(0.0, self._coming.starts_in_s - seconds)
            self._coming = replace(self._coming, starts_in_s=left_s)
