"""A far end's course in sound: it listens, waits for its turn or does not, speaks, presses keys, and goes.

Both at once, as people do: it listens while it speaks, and may murmur while it listens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

import numpy as np

from telephony.far_end import FarEnd, FarReply
from telephony.pcm import FRAME_SAMPLES, Floats, frames_in
from telephony.playout import Caption, Taken
from telephony.simulated.sound.listening import Heard
from telephony.simulated.talk import KEY_S

_THINKS_AFTER: Final = 10
"""Frames of silence after which it holds that our turn is over, and finds its answer."""

_MURMURED_S: Final = 1.5
"""Nobody murmurs into a shorter sentence."""


@dataclass(frozen=True, slots=True)
class Act:
    """What it does in one frame. ``speech``: one frame of it."""

    speech: Floats | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)  # of the speech that begins
    keys: str = ""
    gone: bool = False


_NOTHING: Final = Act()


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
class _Speech:
    """Words under way, then keys, then perhaps the end."""

    text: str
    sound: Floats
    keys: str = ""
    hangs_up: bool = False
    frame: int = 0

    def act(self) -> Act:
        at, self.frame = self.frame, self.frame + 1
        words = self.sound.size // FRAME_SAMPLES
        if at < words:
            part = self.sound[at * FRAME_SAMPLES : (at + 1) * FRAME_SAMPLES]
            return Act(part, self.text if at == 0 else "")
        nth, rest = divmod(at - words, frames_in(KEY_S))
        if nth < len(self.keys):
            return Act(keys=self.keys[nth]) if rest == 0 else _NOTHING
        return Act(gone=self.hangs_up)

    @property
    def over(self) -> bool:
        return self.frame >= self.sound.size // FRAME_SAMPLES + len(self.keys) * frames_in(KEY_S)


@dataclass(slots=True)
class _Murmur:
    """A word to murmur from a frame on."""

    at: int
    word: str
    sound: Floats | None = None


class Murmurs:
    """How somebody murmurs while they listen: into which ``share`` of sentences, and what."""

    def __init__(self, share: float, words: tuple[str, ...], random: Random) -> None:
        self._share, self._words, self._random = share if words else 0.0, words, random

    def into(self, sentence: Caption) -> tuple[float, str] | None:
        """After how many seconds of ``sentence``, and which word; None: not into this one."""
        if sentence.lasts_s < _MURMURED_S or self._random.random() >= self._share:
            return None
        return self._random.uniform(0.5, sentence.lasts_s - 0.5), self._random.choice(self._words)


class Person:
    """Whoever picked up. It is told of each frame that reaches it, and says what it does then."""

    def __init__(self, far_end: FarEnd, speak: Speak, murmurs: Murmurs | None = None) -> None:
        self._far_end, self._speak, self._murmurs = far_end, speak, murmurs
        self._heard = Heard()
        self._frame = 0
        self._quiet = 0  # frames since we last spoke
        self._turn: _Turn | None = None
        self._speech: _Speech | None = None
        self._murmur: _Murmur | None = None
        self._murmuring: _Speech | None = None
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
        self._speech = _Speech(reply.text or "", turn.sound, reply.keys, reply.hang_up)

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
            self._murmur, self._murmuring = None, _Speech(murmur.word, murmur.sound)
        if self._murmuring is None:
            return _NOTHING
        act = self._murmuring.act()
        if self._murmuring.over:
            self._murmuring = None
        return act
