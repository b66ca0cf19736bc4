"""What a check looks at: one flow with its walk, or the whole language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.dialogue.flow import Flow
from bot.dialogue.lint.events import Events, Placed
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.graph import Graph
from bot.dialogue.lint.places import Place, Places
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.prompts import PromptBook


@dataclass(frozen=True, slots=True)
class Subject:
    """One flow, walked."""

    flow: Flow
    prompts: PromptBook
    vocabulary: Vocabulary
    places: Places
    graph: Graph
    events: Events

    def finding(
        self,
        rule: str,
        place: Place,
        message: str,
        advice: str,
        path: tuple[str, ...] = (),
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        return Finding(rule, severity, self.flow.name, *place, message, advice, path)

    def at_step(self, step: str) -> Place:
        return self.places.of_step(self.flow.name, step)

    def at_move(self, placed: Placed) -> Place:
        return self.places.of_move(self.flow.name, placed)

    def at_key(self, key: str) -> Place:
        return self.places.of_common(self.flow.name, key)


@dataclass(frozen=True, slots=True)
class Language:
    """All flows of a language together; ``complete`` when none was left out."""

    subjects: Sequence[Subject]
    prompts: PromptBook
    vocabulary: Vocabulary
    places: Places
    complete: bool


Check = Callable[[Subject], Iterator[Finding]]
LanguageCheck = Callable[[Language], Iterator[Finding]]
