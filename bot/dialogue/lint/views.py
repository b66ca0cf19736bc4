"""The part of a state that an expression or a prompt can see: equal parts need one evaluation only."""

from __future__ import annotations

from functools import lru_cache

from bot.dialogue.lint.aliases import Alias, among, reaching
from bot.dialogue.lint.knowledge import Known, Names, about
from bot.dialogue.lint.state import Node, Slots, State

View = tuple[bool, Slots, Known, Alias, str | None]


def view_of(state: State, names: Names) -> View:
    """What is to be seen by reading ``names``: slots, and the conditions that mention one of them."""
    node, alias = state.node, among(state.alias, names)
    names = reaching(alias, names)
    intent = state.intent if "intent" in names else None
    return node.confirmed, slots_among(node.slots, names), about(state.known, names), alias, intent


def seen(view: View) -> State:
    """The view as a state to evaluate in."""
    confirmed, slots, known, alias, intent = view
    return State(Node("", confirmed, slots), known, alias, intent)


@lru_cache(maxsize=65536)
def slots_among(slots: Slots, names: Names) -> Slots:
    return tuple(pair for pair in slots if pair[0] in names)
