"""What still matters in a step: slots and facts that anything from here on may read before it is set anew.

States that differ in nothing that matters are one state; without this a flow has too many to walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.dialogue.flow import Flow
from bot.dialogue.lint.evaluate import parsed
from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.state import Node, State
from bot.dialogue.lint.templates import reads_of_template
from bot.dialogue.lint.wording import reads_of
from bot.dialogue.model import Move
from bot.dialogue.prompts import PromptBook

Names = frozenset[str]
_OPERATORS = frozenset({"lt", "gt", "lteq", "gteq", "eq", "ne", "in", "None", "True", "False"})
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class Relevance:
    """For each step of a flow."""

    def __init__(self, flow: Flow, prompts: PromptBook) -> None:
        self._flow, self._prompts = flow, prompts
        self._everywhere = (*flow.anywhere, *flow.stop_words)
        self._reads = {name: self._of_step(name) for name in flow.steps}
        self._live = self._liveness()
        self._chain = self._chains()
        self._tried: dict[tuple[Placed, ...], list[tuple[Placed, Names]]] = {}

    def settled(self, node: Node) -> Node:
        """The node without what no longer matters."""
        if self._flow.steps[node.step].end is not None:
            return Node(node.step, node.confirmed)
        live = self._live[node.step]
        slots = tuple(pair for pair in node.slots if pair[0] in live)
        facts = frozenset(pair for pair in node.facts if pair[0] in live)
        return replace(node, slots=slots, facts=facts)

    def entering(self, step: str, state: State) -> State:
        """The state without what neither this step, nor those passed from it, nor a later one reads."""
        node = state.node
        live = self._live[step]
        chain = self._chain[step]
        slots = tuple(pair for pair in node.slots if pair[0] in live)
        known = frozenset(pair for pair in state.known if pair[0] in live or _identifiers(pair[0]) <= chain)
        alias = tuple(pair for pair in state.alias if pair[0] in chain)
        intent = state.intent if "intent" in chain else None
        return replace(state, node=replace(node, slots=slots), known=known, alias=alias, intent=intent)

    def trying(self, moves: Sequence[Placed]) -> Iterator[tuple[Placed, Names]]:
        """Each move, and what those tried after it may still read."""
        if moves not in self._tried:
            later: Names = frozenset()
            backwards = []
            for placed in reversed(moves):
                backwards.append((placed, later))
                later |= self._by_move(placed.move)
            self._tried[tuple(moves)] = backwards[::-1]
        yield from self._tried[tuple(moves)]

    def still(self, state: State, later: Names) -> State:
        """The state without what was learnt and is not asked again. What lasts is kept."""
        live = self._live[state.node.step]
        known = frozenset(p for p in state.known if p[0] in live or _identifiers(p[0]) <= later)
        return state if len(known) == len(state.known) else replace(state, known=known)

    def _by_move(self, move: Move) -> Names:
        reads = self._of_move(move) | {f"heard.{kind}" for kind in move.entities}
        if move.count is not None:
            reads.add(f"counts.{move.count}")
        reads |= {"silences", "unclears", "waiting"}  # these tell whether it can go on
        return frozenset(reads) | self._chain.get(move.to, frozenset())

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
                reads |= reads_of(parsed(expression.source))
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

    def _liveness(self) -> dict[str, Names]:
        """The usual backward analysis: read here, or later unless set on the way."""
        live = dict(self._reads)
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

    def _chains(self) -> dict[str, Names]:
        """What is read before the next question is put."""
        chain = {n: self._reads[n] if s.ask is None else frozenset() for n, s in self._flow.steps.items()}
        changed = True
        while changed:
            changed = False
            for name, step in self._flow.steps.items():
                if step.ask is not None:
                    continue
                now = chain[name].union(*(chain[to] for to, _ in self._targets(name)))
                if len(now) > len(chain[name]):
                    chain[name], changed = now, True
        return chain


@lru_cache(maxsize=4096)
def _identifiers(condition: str) -> Names:
    return frozenset(_IDENTIFIER.findall(condition)) - _OPERATORS
