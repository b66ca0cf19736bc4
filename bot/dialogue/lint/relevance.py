"""What still matters of a state: slots and facts that anything from here on may read before it is set anew.

States that differ in nothing that matters are one state; without this a flow has too many to walk.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.dialogue.flow import Flow
from bot.dialogue.lint.aliases import telling
from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.knowledge import Names, within
from bot.dialogue.lint.liveness import Liveness
from bot.dialogue.lint.state import Node, State
from bot.dialogue.lint.views import slots_among
from bot.dialogue.prompts import PromptBook

_NOTHING: Names = frozenset()


class Tried(NamedTuple):
    """A move, what it and those tried after it may read, and what those after it may."""

    placed: Placed
    reads: Names
    later: Names


class Relevance:
    """For each step of a flow."""

    def __init__(self, flow: Flow, prompts: PromptBook) -> None:
        self._flow = flow
        self._liveness = Liveness(flow, prompts)
        self._tried: dict[tuple[Placed, ...], tuple[Tried, ...]] = {}

    def settled(self, state: State) -> Node:
        """Where the event is over: only what lasts and still matters is known."""
        node = state.node
        if self._flow.steps[node.step].end is not None:
            return Node(node.step, node.confirmed)
        live = self._liveness.later[node.step]
        facts = within(state.known, live, _NOTHING)
        return Node(node.step, node.confirmed, slots_among(node.slots, live), facts)

    def entering(self, step: str, state: State) -> State:
        """The state moved to ``step``, without what neither this step nor those passed from it read.

        Slots and facts that a later one reads are kept.
        """
        node = state.node
        live, chain = self._liveness.later[step], self._liveness.at_once[step]
        return State(
            Node(step, node.confirmed, slots_among(node.slots, live)),
            within(state.known, live, chain),
            telling(state.alias, chain),
            state.intent if "intent" in chain else None,
        )

    def trying(self, moves: tuple[Placed, ...]) -> tuple[Tried, ...]:
        """Moves in the order in which they are tried."""
        if moves not in self._tried:
            later: Names = _NOTHING
            backwards = []
            for placed in reversed(moves):
                reads = later | self._liveness.of_move(placed.move)
                backwards.append(Tried(placed, reads, later))
                later = reads
            self._tried[moves] = tuple(reversed(backwards))
        return self._tried[moves]

    def still(self, state: State, later: Names) -> State:
        """The state without what was learnt and is not asked again. What lasts is kept."""
        return state.knowing(within(state.known, self._liveness.later[state.node.step], later))
