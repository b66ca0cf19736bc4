"""The abstract state: every conversation that stands at a step with the same things known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.dialogue.lint.aliases import Alias
from bot.dialogue.lint.knowledge import NOTHING_KNOWN, Known, mentions, without
from bot.dialogue.lint.values import NOTHING, Value, stored

T = TypeVar("T")
Slots = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Where a conversation waits for the next event, or ends.

    Where a detour returns to is not in it: the walk leads it back to every node it is entered from, as it was
    left. ``slots`` holds those that are set, sorted; ``facts`` what is known of the brief.
    """

    step: str
    confirmed: bool = False
    slots: Slots = ()
    facts: Known = NOTHING_KNOWN
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.step, self.confirmed, self.slots, self.facts)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class State:
    """A node in the middle of an event. ``known`` are conditions decided on the way.

    ``alias`` says of a slot just set which expression it equals. ``intent`` is None when it may be any.
    """

    node: Node
    known: Known = NOTHING_KNOWN
    alias: Alias = ()
    intent: str | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.node, self.known, self.alias, self.intent)))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def at(cls, node: Node, intent: str | None = None) -> State:
        return cls(node, node.facts, (), intent)

    def slot(self, name: str) -> Value:
        return dict(self.node.slots).get(name, NOTHING)

    def knows(self, condition: str) -> bool | None:
        if (condition, True) in self.known:
            return True
        return False if (condition, False) in self.known else None

    def either(self, condition: str) -> Iterator[tuple[bool, State]]:
        """Whether the condition holds, in every way that it may, with that learnt."""
        known = self.knows(condition)
        if known is not None:
            yield known, self
        else:
            yield True, self.learn(condition, True)
            yield False, self.learn(condition, False)

    def learn(self, condition: str, truth: bool) -> State:
        return self.knowing(self.known | {(condition, truth)})

    def knowing(self, known: Known) -> State:
        """With ``known`` in place of what was."""
        return self if known == self.known else State(self.node, known, self.alias, self.intent)

    def forget(self, name: str) -> State:
        """Drop what was known of anything that reads ``name``."""
        return self.knowing(without(self.known, name))

    def moved(self, step: str) -> State:
        node = self.node
        there = Node(step, node.confirmed, node.slots, node.facts)
        return State(there, self.known, self.alias, self.intent)

    def confirmed(self) -> State:
        """The right party is confirmed."""
        node = self.node
        return State(Node(node.step, True, node.slots, node.facts), self.known, self.alias, self.intent)

    def with_slots(self, values: Mapping[str, Value], aliases: Mapping[str, str]) -> State:
        """Set all of ``values`` at once; an alias that reads a slot just set is void."""
        known = self.known
        for name in values:
            known = without(known, name)
        alias = {k: v for k, v in self.alias if k not in values and not _reads(v, values)}
        alias.update((k, v) for k, v in aliases.items() if not _reads(v, values))
        slots = dict(self.node.slots)
        for name, value in values.items():
            slots.pop(name, None)
            if value != NOTHING:
                slots[name] = stored(value)
        node = self.node
        there = Node(node.step, node.confirmed, _sorted(slots), node.facts)
        return State(there, known, _sorted(alias), self.intent)


def _reads(expression: str, names: Mapping[str, Value]) -> bool:
    return any(mentions(expression, name) for name in names)


def _sorted(named: Mapping[str, T]) -> tuple[tuple[str, T], ...]:
    return tuple(sorted(named.items(), key=lambda pair: pair[0]))
