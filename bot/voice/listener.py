"""From the frames of the far end to what was said: onset, words so far, and the end of the utterance."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from bot.asr.recognizer import Hypothesis, Recognition
from bot.audio.pcm import FRAME_S
from bot.dialogue.turn import Turn
from bot.voice.attention import Attention
from bot.voice.decoder import Decoder
from bot.voice.detector import SpeechDetector

PRE_ROLL_S: Final = 0.4
"""Sound kept from before an onset: a first syllable is often too quiet to be noticed as speech."""

READ_OUT_S: Final = 0.16
"""After so long a pause the words are read out for good; whether it ends the utterance is decided on them."""

LONGEST_S: Final = 25.0
"""An utterance is cut here: what goes on longer is a radio, or somebody who does not want an answer."""

LONGEST_WORDLESS_S: Final = 4.0
"""Sound that passes for speech so long without one word is music or noise."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said: ``text`` is empty when no word of ``voiced_s`` seconds of speech was recognised."""

    text: str
    voiced_s: float
    lasted_s: float  # from the onset to the end of the pause
    pause_s: float  # the silence that ended it


class Listener:
    """Listens to one call. Feed it every frame."""

    def __init__(self, attention: Attention, decoder: Decoder) -> None:
        self._attention, self._decoder = attention, decoder
        self._detector = SpeechDetector()
        self._before: deque[bytes] = deque(maxlen=round(PRE_ROLL_S / FRAME_S))
        self._said: list[Recognition] = []  # the segments of this utterance
        self._reading_out = False
        self._dirty = False  # sound was pushed since the words were read out
        self._lasted_s = 0.0
        self._utterance: Utterance | None = None
        self.onsets = 0
        """How many utterances have begun."""

    @property
    def speaking(self) -> bool:
        """Whether somebody has begun to speak and their utterance has not ended."""
        return self._detector.active

    @property
    def silence_s(self) -> float:
        """Since the last speech."""
        return self._detector.silence_s

    @property
    def voiced_s(self) -> float:
        """How much was spoken of the present utterance."""
        return self._detector.voiced_s

    @property
    def text(self) -> str:
        """The words of the present utterance so far."""
        return "".join(part.text for part in self._said) + self._decoder.partial

    @property
    def settled(self) -> bool:
        """Whether every sound of the utterance so far has been read out for good."""
        return not self._dirty and not self._reading_out

    @property
    def answer(self) -> Turn | None:
        """What would be answered to the words so far."""
        return self._attention.weigh(text).turn if (text := self.text) else None

    async def feed(self, frame: bytes, *, double_talk: bool = False) -> None:
        """Take in the next 20 ms; ``double_talk`` while our own voice is on the line."""
        if self._detector.feed(frame, double_talk=double_talk):
            self.onsets += 1
            self._lasted_s = 0.0
        if self._detector.active:
            self._lasted_s += FRAME_S
            self._hear(frame)
        else:
            self._before.append(frame)
        await self._decoder.step()
        if self._detector.active:
            self._collect()
            if self._is_over():
                heard, best = self._detector, await self._best()
                self._utterance = Utterance(best, heard.voiced_s, self._lasted_s, heard.silence_s)
                self._rest()

    def take(self) -> Utterance | None:
        """The utterance that has ended, once."""
        utterance, self._utterance = self._utterance, None
        return utterance

    async def last_words(self) -> str:
        """What was being said, or had just been said, when the line went, read out without a pause."""
        if self._utterance is not None:
            return self._utterance.text
        while self._detector.active and not self.settled:
            if self._dirty and not self._reading_out:
                self._decoder.finish()
                self._reading_out, self._dirty = True, False
            await self._decoder.settle()
            self._collect()
        words = await self._best() if self._said else ""
        self._rest()
        return words

    def forget(self) -> None:
        """What is being said, or was just said, is for nobody."""
        self._utterance = None
        self._rest()

    def be_stricter(self) -> None:
        """What passed for speech was none."""
        self._detector.be_stricter()

    async def close(self) -> None:
        await self._decoder.close()

    def _hear(self, frame: bytes) -> None:
        if self._detector.silence_s < READ_OUT_S:
            self._decoder.push(b"".join((*self._before, frame)))
            self._before.clear()
            self._dirty = True
            return
        self._before.append(frame)
        if self._dirty and not self._reading_out:
            self._decoder.finish()
            self._reading_out, self._dirty = True, False

    def _collect(self) -> None:
        if self._reading_out and (result := self._decoder.take()) is not None:
            self._reading_out = False
            if result.text:
                self._said.append(result)

    def _is_over(self) -> bool:
        if self._lasted_s >= LONGEST_S:
            return True
        text = self.text
        if not text and self._lasted_s >= LONGEST_WORDLESS_S:
            return True
        if not self.settled:
            if text:
                self._attention.weigh(text)
            return False
        return self._detector.silence_s >= self._attention.wait_s(self._attention.weigh(text))

    async def _best(self) -> str:
        """The words of all segments; of one segment, the reading that makes the most sense."""
        if len(self._said) == 1:
            return await self._attention.choose(self._said[0])
        return await self._attention.choose(Recognition((Hypothesis(self.text),)))

    def _rest(self) -> None:
        self._decoder.discard()
        self._said.clear()
        self._reading_out = self._dirty = False
        self._detector.rest()
