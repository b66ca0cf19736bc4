"""The abstract state: every conversation that stands at a step with the same things known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import get_type_hints

from bot.dialogue.brief import Brief
from bot.dialogue.lint.values import NOTHING, Value, stored

_LASTING = frozenset(get_type_hints(Brief))
"""What the brief says cannot change within a call: what is known of it is kept from event to event."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where a conversation waits for the next event, or ends.

    Where a detour returns to is not in it: the walk leads it back to every node it is entered from, as it was
    left. ``slots`` holds those that are set, sorted; ``facts`` what is known of the brief.
    """

    step: str
    confirmed: bool = False
    slots: tuple[tuple[str, Value], ...] = ()
    facts: frozenset[tuple[str, bool]] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """A node in the middle of an event. ``known`` are conditions decided on the way, by their text.

    ``alias`` says of a slot just set which expression it equals. ``intent`` is None when it may be any.
    """

    node: Node
    known: frozenset[tuple[str, bool]] = frozenset()
    alias: tuple[tuple[str, str], ...] = ()
    intent: str | None = None

    @classmethod
    def at(cls, node: Node, intent: str | None = None) -> State:
        return cls(node, node.facts, (), intent)

    def slot(self, name: str) -> Value:
        return dict(self.node.slots).get(name, NOTHING)

    def knows(self, condition: str) -> bool | None:
        if (condition, True) in self.known:
            return True
        return False if (condition, False) in self.known else None

    def learn(self, condition: str, truth: bool) -> State:
        return replace(self, known=self.known | {(condition, truth)})

    def forget(self, name: str) -> State:
        """Drop what was known of anything that reads ``name``."""
        word = _word(name)
        kept = frozenset(pair for pair in self.known if not word.search(pair[0]))
        return replace(self, known=kept)

    def with_slots(self, values: Mapping[str, Value], aliases: Mapping[str, str]) -> State:
        """Set all of ``values`` at once; an alias that reads a slot just set is void."""
        state = self
        for name in values:
            state = state.forget(name)
        alias = {k: v for k, v in self.alias if k not in values and not _reads(v, values)}
        alias.update((k, v) for k, v in aliases.items() if not _reads(v, values))
        slots = dict(self.node.slots)
        for name, value in values.items():
            slots.pop(name, None)
            if value != NOTHING:
                slots[name] = stored(value)
        node = replace(state.node, slots=tuple(sorted(slots.items(), key=lambda pair: pair[0])))
        return replace(state, node=node, alias=tuple(sorted(alias.items())))

    def moved(self, step: str, **changes: object) -> State:
        return replace(self, node=replace(self.node, step=step, **changes))  # type: ignore[arg-type]

    def settled(self) -> Node:
        """The node when the event is over: only what lasts is still known."""
        facts = frozenset(
            pair for pair in self.known if " " not in pair[0] and pair[0].partition(".")[0] in _LASTING
        )
        return replace(self.node, facts=facts)


def _reads(expression: str, names: Mapping[str, Value]) -> bool:
    return any(_word(name).search(expression) for name in names)


@lru_cache(maxsize=512)
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
