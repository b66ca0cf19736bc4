"""What the walk found: nodes, the edges between them, and what went wrong on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.dialogue.lint.events import Event, Placed
from bot.dialogue.lint.state import Node

OPENING = Event("opening", ("opening",), ())


@dataclass(frozen=True, slots=True)
class Edge:
    """One way an event can be answered. ``source`` is None for the opening.

    ``bounded``: the customer can make the call take it a limited number of times only. ``counts`` are the
    counters it raises, ``guarded`` those that must be below a limit for it. ``through`` are the steps passed.
    """

    source: Node | None
    event: Event
    target: Node
    moves: tuple[Placed, ...]
    said: tuple[str, ...]
    through: tuple[str, ...] = ()
    bounded: bool = False
    counts: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not happen, once an event came at ``source``.

    ``kind``: gate (a private prompt before identity), mute (the debt, in a flow that never speaks of it),
    unset (a name that may be None), unknown (a name not known before identity), stuck (no move answers),
    spin (round without asking), promise (``name`` says what is wrong with it). ``prompt`` or ``placed`` or
    ``step`` is where.
    """

    kind: str
    source: Node | None
    event: Event
    step: str
    name: str = ""
    prompt: str = ""
    placed: Placed | None = None

    @property
    def what(self) -> tuple[object, ...]:
        """The same for the same mistake, whatever leads to it."""
        return (
            self.kind,
            self.name,
            self.prompt,
            self.placed,
            None if self.prompt or self.placed else self.step,
        )


@dataclass(slots=True)
class Graph:
    """The whole walk of one flow. Only the shortest way to each node and alarm is kept as a path."""

    start: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    parents: dict[Node, Edge] = field(default_factory=dict)
    out: dict[Node, list[Edge]] = field(default_factory=dict)
    alarms: dict[tuple[object, ...], Alarm] = field(default_factory=dict)
    entered_from: dict[Node, set[Node]] = field(default_factory=dict)  # detours, and where they were entered
    unanswered: dict[tuple[str, str], Node] = field(
        default_factory=dict
    )  # (step, intent): meets only a repair
    said: set[str] = field(default_factory=set)
    entered: set[str] = field(default_factory=set)
    taken: set[Placed] = field(default_factory=set)

    @property
    def nodes(self) -> Iterable[Node]:
        return self.parents.keys()

    def path(self, node: Node | None) -> tuple[str, ...]:
        """The shortest way there, told as events and steps."""
        told: list[str] = []
        while node is not None:
            edge = self.parents[node]
            told += [node.step, *reversed(edge.through), f"[{edge.event.label}]"]
            node = edge.source
        return tuple(reversed(told))

    def path_of(self, alarm: Alarm) -> tuple[str, ...]:
        before = self.path(alarm.source)
        told = (*before, f"[{alarm.event.label}]")
        return told if not before or alarm.step == before[-1] else (*told, alarm.step)

    def reaching(self, targets: Iterable[Node]) -> set[Node]:
        """All nodes from which one of ``targets`` can be reached."""
        into: dict[Node, list[Node]] = {}
        for edge in self.edges:
            if edge.source is not None:
                into.setdefault(edge.target, []).append(edge.source)
        found = set(targets)
        queue = deque(found)
        while queue:
            for source in into.get(queue.popleft(), ()):
                if source not in found:
                    found.add(source)
                    queue.append(source)
        return found

    def at(self, step: str) -> Iterator[Node]:
        return (node for node in self.nodes if node.step == step)
