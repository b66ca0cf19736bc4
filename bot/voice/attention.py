"""What a few words mean at this point of the conversation: are they complete, and what would be answered?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.asr.recognizer import Recognition
from bot.dialogue.conversation import Conversation
from bot.dialogue.turn import Turn
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.readings import meant_together
from bot.voice.manners import Manners

MOST_READINGS: Final = 3
"""So many readings of an utterance are weighed against each other; those behind are hardly ever right."""

SURE: Final = 0.6
"""A meaning this sure is worth answering at once."""


class Completeness(StrEnum):
    """How complete an utterance is; names the wait in ``turn_taking.yml``."""

    COMPLETE = "complete"
    OPEN = "open"
    UNFINISHED = "unfinished"
    DIGITS = "digits"
    NO_WORDS = "no_words"


@dataclass(frozen=True, slots=True)
class Weighed:
    """``turn`` is what the bot would answer now; None when it cannot tell."""

    completeness: Completeness
    turn: Turn | None = None


class Attention:
    """Listens on behalf of one conversation. Asks what it would do, and changes nothing."""

    def __init__(self, conversation: Conversation, manners: Manners, now: Callable[[], datetime]) -> None:
        self._conversation, self.manners, self._now = conversation, manners, now
        self._last: tuple[str, int, Weighed] | None = None

    def wait_s(self, weighed: Weighed) -> float:
        """How long a pause ends an utterance like this."""
        wait: float = getattr(self.manners.waits, weighed.completeness.value)
        return wait

    def weigh(self, text: str) -> Weighed:
        """How complete ``text`` is as an answer to what was asked last."""
        position = self._conversation.position
        if self._last is not None and self._last[:2] == (text, position):
            return self._last[2]
        weighed = self._weigh(text)
        self._last = (text, position, weighed)
        return weighed

    def _weigh(self, text: str) -> Weighed:
        if not text.strip():
            return Weighed(Completeness.NO_WORDS)
        turn = self._preview(text)
        if turn is None or turn.heard is None:
            return Weighed(Completeness.OPEN)
        if turn.heard.stop_words:
            return Weighed(Completeness.OPEN, turn)  # grave things are heard out
        if wanted := self._digits_wanted():
            digits = turn.heard.entity("digits")
            said = len(str(digits.value)) if digits else 0
            if said >= wanted:
                return Weighed(Completeness.COMPLETE, turn)
            if said or self._conversation.prompts.speech.digits_in(text).strip():
                return Weighed(Completeness.DIGITS, turn)
        if self.manners.is_backchannel(text):
            return Weighed(Completeness.COMPLETE, turn)
        understood = turn.heard.intent != OUT_OF_SCOPE and turn.heard.confidence >= SURE
        if self.manners.is_unfinished(text) and not (understood and self.manners.is_whole(text)):
            return Weighed(Completeness.UNFINISHED, turn)
        if not understood:
            return Weighed(Completeness.OPEN, turn)
        return Weighed(Completeness.COMPLETE, turn)

    def is_urgent(self, text: str) -> bool:
        """Whether a stop word is in ``text``: it acts at once, whatever is being said, a goodbye too."""
        if not text.strip():
            return False
        if self._conversation.ended:
            return bool(self._conversation.stop_words(text, self._now()))
        turn = self.weigh(text).turn
        return turn is not None and turn.heard is not None and bool(turn.heard.stop_words)

    async def choose(self, heard: Recognition) -> str:
        """The reading of an utterance that is answered: the first that means what all together mean most."""
        texts = list(dict.fromkeys(h.text for h in heard.alternatives[:MOST_READINGS] if h.text.strip()))
        if len(texts) < 2:
            return heard.text
        await self._conversation.prepare(*texts)
        turns = [self._preview(text) for text in texts]
        best = meant_together(turn.heard.ranking if turn and turn.heard else () for turn in turns)
        for text, turn in zip(texts, turns, strict=True):
            if turn is not None and turn.heard is not None and turn.heard.intent == best:
                return text
        return heard.text

    def _preview(self, text: str) -> Turn | None:
        try:
            return self._conversation.preview(text, self._now())
        except Exception:
            return None  # whatever it is: the session tells it when the utterance is answered

    def _digits_wanted(self) -> int:
        step = self._conversation.flow.steps[self._conversation.state.step]
        asks = self._conversation.prompts[step.ask].asks if step.ask else None
        return self.manners.digits_of.get(asks or "", 0)
