"""No customer can keep a call going round for ever."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.cycles import components
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.graph import Edge
from bot.dialogue.lint.state import Node
from bot.dialogue.lint.subject import Subject
from bot.dialogue.model import RETURN, STAY

Edges = dict[Node, list[Edge]]
Cycle = list[Edge]

ADVICE = (
    "Count one of these moves and guard it: `when: counts.NAME < 2`, `count: NAME`, with a way out after it."
)


def unbounded_loop(subject: Subject) -> Iterator[Finding]:
    """A cycle none of whose moves is counted, or limited by silence, repairs or digressions.

    A step that holds the line for somebody in need goes on as long as they speak, and may.
    """
    graph = subject.graph
    for alarm in graph.alarms.values():
        if alarm.kind == "spin":
            yield subject.finding(
                "unbounded-loop",
                subject.at_step(alarm.step),
                f"step {alarm.step!r} can be passed again and again without anything being asked",
                "Guard its moves so that one leads to a step that asks or ends.",
                graph.path_of(alarm),
            )
    told: list[frozenset[str]] = []
    for cycle in sorted(_endless(subject), key=lambda cycle: (_severity(cycle), len(_steps(cycle)))):
        steps = _steps(cycle)
        if any(known <= steps for known in told):
            continue
        told.append(steps)
        around = [part for e in cycle for part in (f"[{e.label}]", *e.trail.through, e.target.step)]
        yield subject.finding(
            "unbounded-loop",
            subject.at_move(cycle[0].trail.moves[0]),
            f"the customer can go round {' → '.join(sorted(steps))} without limit",
            ADVICE,
            (*graph.path(cycle[0].source), "again and again:", *around),
            _severity(cycle),
        )


def _endless(subject: Subject) -> Iterator[Cycle]:
    """A shortest cycle through each step that can be gone round for ever."""
    free: Edges = {
        node: [edge for edge in edges if not edge.trail.bounded]
        for node, edges in subject.graph.out.items()
        if not subject.flow.steps[node.step].holds
    }
    free = _unlimited(free)
    for component in components(_successors(free)):
        yield from _cycles(component, free)


def _steps(cycle: Cycle) -> frozenset[str]:
    return frozenset(edge.target.step for edge in cycle)


def _severity(cycle: Cycle) -> Severity:
    return Severity.WARNING if any(_is_capped(edge) for edge in cycle) else Severity.ERROR


def _is_capped(edge: Edge) -> bool:
    """Whether it comes to a question anew, which ``most_visits`` ends: a backstop, not a plan."""
    return bool(edge.trail.moves) and edge.trail.moves[-1].move.to not in (RETURN, STAY)


def _unlimited(free: Edges) -> Edges:
    """Without the edges that need a counter below its limit, where every way round raises that counter."""
    while True:
        after = _Without(free)
        limited = {edge for edge in _edges(free) if _is_limited(edge, after)}
        if not limited:
            return free
        free = {node: [e for e in edges if e not in limited] for node, edges in free.items()}


def _is_limited(edge: Edge, after: _Without) -> bool:
    """By a counter that it raises itself, or that every way back to it raises."""
    trail = edge.trail
    return any(c in trail.counts or edge.source not in after[edge.target, c] for c in trail.guarded)


class _Without(dict[tuple[Node, str], set[Node]]):
    """What can be reached from a node without raising a counter."""

    def __init__(self, free: Edges) -> None:
        super().__init__()
        self._free = free

    def __missing__(self, key: tuple[Node, str]) -> set[Node]:
        start, counter = key
        seen, queue = {start}, [start]
        while queue:
            for edge in self._free.get(queue.pop(), ()):
                if counter not in edge.trail.counts and edge.target not in seen:
                    seen.add(edge.target)
                    queue.append(edge.target)
        self[key] = seen
        return seen


def _edges(free: Edges) -> Iterator[Edge]:
    for edges in free.values():
        yield from edges


def _successors(free: Edges) -> dict[Node, list[Node]]:
    return {node: [edge.target for edge in edges] for node, edges in free.items()}


def _cycles(component: set[Node], free: Edges) -> Iterator[Cycle]:
    """A shortest cycle through each step of a strongly connected component, by the first of its nodes."""
    for start in {node.step: node for node in reversed(free) if node in component}.values():
        came: dict[Node, Edge] = {}
        queue = [start]
        while queue and start not in came:
            node = queue.pop(0)
            for edge in free.get(node, ()):
                if edge.target in component and edge.target not in came:
                    came[edge.target] = edge
                    queue.append(edge.target)
        if start in came:
            cycle = [came[start]]
            while cycle[-1].source != start and cycle[-1].source is not None:
                cycle.append(came[cycle[-1].source])
            yield cycle[::-1]
