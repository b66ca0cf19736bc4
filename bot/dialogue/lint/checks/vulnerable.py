"""Somebody who speaks of harming themselves gets a person, and is never hung up on."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.graph import Edge
from bot.dialogue.lint.subject import Subject
from bot.dialogue.lint.vocabulary import SELF_HARM
from bot.dialogue.model import ANY, SILENCE, HumanModel

LEAST_SILENCES = 10
"""Silences in a row, about a minute, before a line on which self-harm was spoken of is dead. House rule."""


def self_harm(subject: Subject) -> Iterator[Finding]:
    yield from _everywhere(subject)
    yield from _held(subject)


def _everywhere(subject: Subject) -> Iterator[Finding]:
    """In every state the words lead to a step that holds, and a person is called urgently."""
    graph, steps = subject.graph, subject.flow.steps
    told: set[str] = set()
    for node in graph.nodes:
        step = steps[node.step]
        if step.ask is None or step.holds or node.step in told:
            continue
        edges = [edge for edge in graph.out.get(node, ()) if edge.answers("stop_word", SELF_HARM)]
        wrong = next((edge for edge in edges if not _is_right(subject, edge)), None)
        if edges and wrong is None:
            continue
        told.add(node.step)
        what = f"leads to {wrong.target.step!r}" if wrong else "has no move"
        yield subject.finding(
            "self-harm",
            subject.at_move(wrong.trail.moves[0]) if wrong else subject.at_key("stop_words"),
            f"in step {node.step!r} the stop word {SELF_HARM} {what}: "
            "it must call a person urgently and stay on the line",
            "Put `{stop_words: [self_harm], do: [{request_human: self_harm, urgent: true}], to: STEP}` "
            "first, where STEP has `holds: true`.",
            (*graph.path(node), f"[{SELF_HARM}]"),
        )


def _is_right(subject: Subject, edge: Edge) -> bool:
    urgent = any(
        isinstance(do, HumanModel) and do.urgent for placed in edge.trail.moves for do in placed.move.do
    )
    return urgent and subject.flow.steps[edge.target.step].holds


def _held(subject: Subject) -> Iterator[Finding]:
    """A step that holds answers anything, and ends on a long silence only."""
    for name, step in subject.flow.steps.items():
        if not step.holds:
            continue
        if not any(ANY in move.intents and move.when is None for move in step.moves):
            yield _finding(subject, name, "does not answer whatever is said")
        for edge in (edge for node in subject.graph.at(name) for edge in subject.graph.out.get(node, ())):
            by = [event for event in edge.events if event.kind != SILENCE or not _is_patient(edge)]
            if edge.target.step != name and by:
                yield _finding(subject, name, f"can be left by {by[0].label}")
                break


def _is_patient(edge: Edge) -> bool:
    """Whether the guard waits for enough silences."""
    guard = edge.trail.moves[0].move.when
    words = guard.source.split() if guard else []
    enough = len(words) == 3 and words[:2] in (["silences", ">="], ["silences", ">"])
    return enough and words[2].isdigit() and int(words[2]) >= LEAST_SILENCES


def _finding(subject: Subject, step: str, what: str) -> Finding:
    return subject.finding(
        "self-harm",
        subject.at_step(step),
        f"step {step!r} holds the line for somebody in need, and {what}",
        f"Answer `any` with `to: stay`; leave on `when: silences >= {LEAST_SILENCES}` or more alone.",
        subject.graph.path(next(subject.graph.at(step), None)),
    )
