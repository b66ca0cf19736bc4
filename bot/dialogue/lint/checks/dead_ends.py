"""Every question can be answered, and every call can come to an end."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.subject import Subject
from bot.dialogue.model import RETURN, STAY


def dead_end(subject: Subject) -> Iterator[Finding]:
    yield from _unanswered(subject)
    yield from _no_end(subject)
    yield from _no_way_on(subject)


def _unanswered(subject: Subject) -> Iterator[Finding]:
    """The engine would fail: an event that no move answers."""
    for alarm in subject.graph.alarms.values():
        if alarm.kind == "stuck":
            yield subject.finding(
                "dead-end",
                subject.at_step(alarm.step),
                f"in step {alarm.step!r} no move answers {alarm.name}",
                f"Add a last move without a guard that answers {alarm.name}.",
                subject.graph.path_of(alarm),
            )


def _no_end(subject: Subject) -> Iterator[Finding]:
    """No event, however often it comes, leads to an end step."""
    graph, steps = subject.graph, subject.flow.steps
    ending = graph.reaching(node for node in graph.nodes if steps[node.step].end is not None)
    told: set[str] = set()
    for node in graph.nodes:
        if node not in ending and node.step not in told:
            told.add(node.step)
            yield subject.finding(
                "dead-end",
                subject.at_step(node.step),
                f"from step {node.step!r} no end step can be reached",
                "Let one of its moves lead on, at the latest after silence.",
                graph.path(node),
            )


def _no_way_on(subject: Subject) -> Iterator[Finding]:
    """A question whose own answers all lead back to it, or that takes none."""
    for name, step in subject.flow.steps.items():
        if step.ask is None or step.holds or name not in subject.graph.entered:
            continue
        on = [
            m
            for m in step.moves
            if m.to not in (name, STAY) and not (m.to == RETURN and name not in subject.flow.detours)
        ]
        if not any(move.intents or move.stop_words for move in on):
            node = next(subject.graph.at(name), None)
            yield subject.finding(
                "dead-end",
                subject.at_step(name),
                f"no answer to the question of step {name!r} leads on",
                "Give it a move to another step.",
                subject.graph.path(node),
            )
