"""What each step of a flow still reads: slots, facts, and what was heard or counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.dialogue.flow import Flow
from bot.dialogue.lint.knowledge import Names
from bot.dialogue.lint.trees import reads_of_expression, reads_of_template
from bot.dialogue.model import Move
from bot.dialogue.prompts import PromptBook

_LIMITS = frozenset({"silences", "unclears", "waiting"})
"""Read of every move: these tell whether it can be taken for ever."""


class Liveness:
    """``later``: read in a step or after it, before it is set anew. ``at_once``: before the next question."""

    def __init__(self, flow: Flow, prompts: PromptBook) -> None:
        self._flow, self._prompts = flow, prompts
        self._everywhere = (*flow.anywhere, *flow.stop_words)
        reads = {name: self._of_step(name) for name in flow.steps}
        self.later = self._flowing_back(reads)
        self.at_once = self._passed(reads)

    def of_move(self, move: Move) -> Names:
        """What trying a move, and taking it up to the next question, can read."""
        reads = self._of_move(move) | {f"heard.{kind}" for kind in move.entities}
        if move.count is not None:
            reads.add(f"counts.{move.count}")
        return frozenset(reads) | _LIMITS | self.at_once.get(move.to, frozenset())

    def _of_step(self, name: str) -> Names:
        step = self._flow.steps[name]
        spoken = [*step.say, *([step.ask] if step.ask else []), *([step.again] if step.again else [])]
        reads = set(self._spoken(spoken))
        for move in self._moves(name):
            reads |= self._of_move(move)
        return frozenset(reads)

    def _of_move(self, move: Move) -> set[str]:
        reads = set(self._spoken(move.say))
        for expression in (move.when, *move.set.values()):
            if expression is not None:
                reads |= reads_of_expression(expression.source)
        if "record_promise" in move.do or "schedule_callback" in move.do:
            reads |= self._flow.slots.keys()
        return reads

    def _spoken(self, prompts: Iterable[str]) -> Iterator[str]:
        for prompt in prompts:
            for source in self._prompts[prompt].sources:
                yield from reads_of_template(source)

    def _moves(self, name: str) -> tuple[Move, ...]:
        step = self._flow.steps[name]
        asks = step.ask is not None and not step.holds
        return (*step.moves, *self._everywhere) if asks else tuple(step.moves)

    def _targets(self, name: str) -> Iterator[tuple[str, Move | None]]:
        for move in self._moves(name):
            if move.to in self._flow.steps:
                yield move.to, move
        if self._flow.digressed and self._flow.steps[name].ask is not None:
            yield self._flow.digressed, None

    def _flowing_back(self, reads: dict[str, Names]) -> dict[str, Names]:
        """The usual backward analysis: read here, or later unless set on the way."""
        live = dict(reads)
        changed = True
        while changed:
            changed = False
            for name in self._flow.steps:
                now = set(live[name])
                for to, move in self._targets(name):
                    now |= live[to] - (move.set.keys() if move else set())
                if len(now) > len(live[name]):
                    live[name], changed = frozenset(now), True
        return live

    def _passed(self, reads: dict[str, Names]) -> dict[str, Names]:
        """Read in a step that does not ask, or in those passed after it."""
        asks = {name: step.ask is not None for name, step in self._flow.steps.items()}
        chain = {name: frozenset[str]() if asks[name] else reads[name] for name in self._flow.steps}
        changed = True
        while changed:
            changed = False
            for name in self._flow.steps:
                if asks[name]:
                    continue
                now = chain[name].union(*(chain[to] for to, _ in self._targets(name)))
                if len(now) > len(chain[name]):
                    chain[name], changed = now, True
        return chain
