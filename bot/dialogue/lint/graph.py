"""What the walk found: nodes, the edges between them, and what went wrong on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.dialogue.lint.events import Event, Placed
from bot.dialogue.lint.state import Node
from bot.dialogue.lint.trail import Trail

OPENING = Event("opening", ("opening",), ())


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One way that events are answered. ``source`` is None for the opening."""

    source: Node | None
    events: Sequence[Event]
    target: Node
    trail: Trail

    @property
    def label(self) -> str:
        """One of the events is enough to tell of it."""
        return self.events[0].label

    def answers(self, kind: str, name: str) -> bool:
        """Whether it is taken for an intent or stop word of this name."""
        return any(event.kind == kind and name in event.names for event in self.events)


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

    edges: list[Edge] = field(default_factory=list)
    parents: dict[Node, Edge] = field(default_factory=dict)
    out: dict[Node, list[Edge]] = field(default_factory=dict)
    alarms: dict[tuple[object, ...], Alarm] = field(default_factory=dict)
    unanswered: dict[tuple[str, str], Node] = field(
        default_factory=dict
    )  # (step, intent): meets only a repair
    said: set[str] = field(default_factory=set)
    entered: set[str] = field(default_factory=set)
    taken: set[Placed] = field(default_factory=set)

    def forget_ways(self) -> None:
        """Keep only what the checks of a whole language need: a walk of every flow at once is large."""
        self.edges, self.parents, self.out, self.alarms, self.unanswered = [], {}, {}, {}, {}

    @property
    def nodes(self) -> Iterable[Node]:
        return self.parents.keys()

    def add(self, edge: Edge) -> bool:
        """Whether it leads to a node not seen before."""
        self.edges.append(edge)
        if edge.source is not None:
            self.out.setdefault(edge.source, []).append(edge)
        if edge.target in self.parents:
            return False
        self.parents[edge.target] = edge
        return True

    def path(self, node: Node | None) -> tuple[str, ...]:
        """The shortest way there, told as events and steps."""
        told: list[str] = []
        while node is not None:
            edge = self.parents[node]
            told += [node.step, *reversed(edge.trail.through), f"[{edge.label}]"]
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
