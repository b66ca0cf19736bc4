"""A simulated customer: hears text, answers in text, sees nothing of the bot's inside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from bot.simulation.persona import GREETING, HANG_UP, SILENCE, Persona
from bot.simulation.phrases import CustomerFacts, fill

PICKS_UP_SILENTLY = 0.3
"""How often somebody says nothing on picking up."""

HESITATES = 0.2
"""How often a sentence begins with a filler."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the customer says (None: nothing) after ``delay_s`` seconds, and whether they then hang up.

    ``means`` are the intents that it may rightly be taken for; empty when that is not counted.
    """

    text: str | None
    hang_up: bool = False
    delay_s: float = 0.5
    means: tuple[str, ...] = ()


class SimulatedCustomer:
    """One customer for one call. The same persona, facts and seed give the same answers to the same words."""

    def __init__(self, persona: Persona, facts: CustomerFacts, seed: int) -> None:
        self.persona, self.facts = persona, facts
        self._random = Random(f"{persona.name}/{seed}")
        self._asked: Counter[str | None] = Counter()
        self._answers = 0

    def greet(self) -> Reply | None:
        """What they say on picking up: mostly a greeting, now and then nothing until spoken to."""
        if self._random.random() < PICKS_UP_SILENTLY:
            return None
        return Reply(self._phrase(GREETING), delay_s=self._delay())

    def cuts_in(self, text: str) -> float | None:
        """Seconds into ``text`` at which they talk over it; None when they hear it out."""
        if len(text) < 10 or self._random.random() >= self.persona.interrupts:
            return None
        return round(self._random.uniform(0.6, 1.5), 2)

    def hear(self, text: str) -> Reply:
        """Their answer to ``text``: all they heard since they last spoke."""
        asked = self.persona.recognition.asked(text)
        weights = self.persona.choices(asked, self._asked[asked])
        self._asked[asked] += 1
        self._answers += 1
        if self._answers > self.persona.patience:
            return Reply(None, hang_up=True, delay_s=self._delay())
        choice = self._random.choices(list(weights), list(weights.values()))[0]
        if choice == SILENCE:
            return Reply(None)
        if choice == HANG_UP:
            return Reply(None, hang_up=True, delay_s=self._delay())
        group = self.persona.phrases.phrases[choice]
        return Reply(self._phrase(choice), group.hang_up, self._delay(), tuple(group.intent))

    def _phrase(self, group: str) -> str:
        file = self.persona.phrases
        said = fill(self._random.choice(file.phrases[group].say), file, self.facts, self._random)
        if file.prefixes and self._random.random() < HESITATES:
            said = self._random.choice(file.prefixes) + said
        return said

    def _delay(self) -> float:
        """People leave a fifth of a second between turns, and longer when they think."""
        return round(min(0.2 + self._random.expovariate(2.0), 3.0), 2)
