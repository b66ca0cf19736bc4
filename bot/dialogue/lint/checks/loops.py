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

ADVICE = (
    "Count one of these moves and guard it: `when: counts.NAME < 2`, `count: NAME`, with a way out after it."
)


def unbounded_loop(subject: Subject) -> Iterator[Finding]:
    """A cycle none of whose moves is counted, or limited by silence, repairs or digressions.

    A step that holds the line for somebody in need goes on as long as they speak, and may.
    """
    graph, flow = subject.graph, subject.flow
    for alarm in graph.alarms.values():
        if alarm.kind == "spin":
            yield subject.finding(
                "unbounded-loop",
                subject.at_step(alarm.step),
                f"step {alarm.step!r} can be passed again and again without anything being asked",
                "Guard its moves so that one leads to a step that asks or ends.",
                graph.path_of(alarm),
            )
    free: Edges = {
        node: [e for e in edges if not e.bounded]
        for node, edges in graph.out.items()
        if not flow.steps[node.step].holds
    }
    told: set[frozenset[str]] = set()
    free = _unlimited(free)
    for component in components(_successors(free)):
        for cycle in _cycles(component, free):
            steps = frozenset(edge.target.step for edge in cycle)
            if any(known <= steps for known in told):
                continue
            told.add(steps)
            start = cycle[0].source
            around = [part for e in cycle for part in (f"[{e.event.label}]", *e.through, e.target.step)]
            yield subject.finding(
                "unbounded-loop",
                subject.at_move(cycle[0].moves[0]),
                f"the customer can go round {' → '.join(sorted(steps))} without limit",
                ADVICE,
                (*graph.path(start), "again and again:", *around),
                Severity.WARNING if any(_is_capped(edge) for edge in cycle) else Severity.ERROR,
            )


def _is_capped(edge: Edge) -> bool:
    """Whether it comes to a question anew, which ``most_visits`` ends: a backstop, not a plan."""
    return bool(edge.moves) and edge.moves[-1].move.to not in (RETURN, STAY)


def _unlimited(free: Edges) -> Edges:
    """Without the edges that need a counter below its limit, where every way round raises that counter."""
    while True:
        limited = {edge for edge in _edges(free) if any(_raised_around(edge, c, free) for c in edge.guarded)}
        if not limited:
            return free
        free = {node: [e for e in edges if e not in limited] for node, edges in free.items()}


def _raised_around(edge: Edge, counter: str, free: Edges) -> bool:
    """Whether there is a way back to ``edge`` at all, and none that does not raise ``counter``."""
    if edge.source is None or counter in edge.counts:
        return counter in edge.counts
    seen, queue = {edge.target}, [edge.target]
    while queue:
        for after in free.get(queue.pop(), ()):
            if counter not in after.counts and after.target not in seen:
                seen.add(after.target)
                queue.append(after.target)
    return edge.source not in seen


def _edges(free: Edges) -> Iterator[Edge]:
    for edges in free.values():
        yield from edges


def _successors(free: Edges) -> dict[Node, list[Node]]:
    return {node: [edge.target for edge in edges] for node, edges in free.items()}


def _cycles(component: set[Node], free: Edges) -> Iterator[list[Edge]]:
    """A shortest cycle through each node of a strongly connected component."""
    for start in {node.step: node for node in component}.values():
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
