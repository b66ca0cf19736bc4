"""A far end's course in sound: it listens, waits for its turn or does not, speaks, presses keys, and goes.

Both at once, as people do: it listens while it speaks, and may murmur while it listens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from telephony.far_end import FarEnd, FarReply
from telephony.pcm import Floats, frames_in
from telephony.playout import Caption, Taken
from telephony.simulated.sound.listening import Heard
from telephony.simulated.sound.murmurs import Murmurs
from telephony.simulated.sound.speech import NOTHING, Act, Speech

_THINKS_AFTER: Final = 10
"""Frames of silence after which it holds that our turn is over, and finds its answer."""


class Speak(Protocol):
    """Gives its words their sound, in whole frames."""

    async def __call__(self, text: str) -> Floats: ...


@dataclass(slots=True)
class _Turn:
    """A reply to come. ``silence``: how many frames we have to be silent before."""

    reply: FarReply
    silence: int
    sound: Floats | None = None


@dataclass(slots=True)
class _Murmur:
    """A word to murmur from a frame on."""

    at: int
    word: str
    sound: Floats | None = None


class Person:
    """Whoever picked up. It is told of each frame that reaches it, and says what it does then."""

    def __init__(self, far_end: FarEnd, speak: Speak, murmurs: Murmurs | None = None) -> None:
        self._far_end, self._speak, self._murmurs = far_end, speak, murmurs
        self._heard = Heard()
        self._frame = 0
        self._quiet = 0  # frames since we last spoke
        self._turn: _Turn | None = None
        self._speech: Speech | None = None
        self._murmur: _Murmur | None = None
        self._murmuring: Speech | None = None
        self._cuts_in_at: int | None = None
        self._leaves_at: int | None = None
        self._expect(far_end.greet(), 0)

    async def prepare(self) -> None:
        """Find the sound of what it is about to say."""
        if self._turn is not None and self._turn.sound is None:
            text = self._turn.reply.text
            self._turn.sound = await self._speak(text) if text else np.zeros(0, dtype=np.float32)
        if self._murmur is not None and self._murmur.sound is None:
            self._murmur.sound = await self._speak(self._murmur.word)

    def tick(self, ours: Taken) -> Act:
        """Hear one frame of ours, and act."""
        self._frame += 1
        self._heard.take(ours.captions)
        self._quiet = 0 if ours.captions else self._quiet + 1
        for caption in ours.captions:
            if caption.begins:
                self._attend(caption)
        if not ours.captions:
            self._cuts_in_at = self._murmur = None
        if self._leaves_at is not None and self._frame >= self._leaves_at:
            return Act(gone=True)
        if self._speech is None:
            self._decide()
        return self._act()

    def _attend(self, sentence: Caption) -> None:
        """A sentence of ours begins: will it be heard out?"""
        self._cuts_in_at = self._murmur = None
        if self._speech is not None:
            self._heard.talk_over()
            return
        cut_s = self._far_end.cuts_in(sentence.text)
        if cut_s is not None and cut_s < sentence.lasts_s:
            self._cuts_in_at = self._frame + frames_in(max(0.0, cut_s))
        elif self._murmurs is not None and (murmur := self._murmurs.into(sentence)) is not None:
            self._murmur = _Murmur(self._frame + frames_in(murmur[0]), murmur[1])

    def _decide(self) -> None:
        cuts_in = self._cuts_in_at is not None and self._frame >= self._cuts_in_at
        if self._turn is None and self._heard and (cuts_in or self._quiet >= _THINKS_AFTER):
            self._expect(self._far_end.hear(self._heard.answered()), self._quiet)
            if self._turn is None:
                self._cuts_in_at = None
        turn = self._turn
        if turn is None or turn.sound is None or not (cuts_in or self._quiet > turn.silence):
            return
        self._cuts_in_at = self._turn = self._murmuring = None
        self._heard.talk_over()
        reply = turn.reply
        self._speech = Speech(reply.text or "", turn.sound, reply.keys, reply.hang_up)

    def _expect(self, reply: FarReply | None, silent_for: int) -> None:
        if reply is None:
            return
        if reply.text is not None or reply.keys:
            self._turn = _Turn(reply, frames_in(reply.delay_s))
        elif reply.hang_up:
            self._leaves_at = self._frame + max(1, frames_in(reply.delay_s) - silent_for)

    def _act(self) -> Act:
        speech = self._speech
        if speech is None:
            return self._murmured()
        act = speech.act()
        if speech.over and not speech.hangs_up:
            self._speech, self._quiet = None, 0
        return act

    def _murmured(self) -> Act:
        murmur = self._murmur
        if murmur is not None and murmur.sound is not None and self._frame >= murmur.at:
            self._murmur, self._murmuring = None, Speech(murmur.word, murmur.sound)
        if self._murmuring is None:
            return NOTHING
        act = self._murmuring.act()
        if self._murmuring.over:
            self._murmuring = None
        return act
