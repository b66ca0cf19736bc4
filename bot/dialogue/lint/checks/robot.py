"""Whoever asks whether it is a robot hears the truth, in every state."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.graph import Edge
from bot.dialogue.lint.subject import Subject
from bot.dialogue.lint.vocabulary import ASK_ROBOT


def truthful(subject: Subject) -> Iterator[Finding]:
    told: set[str] = set()
    for node in subject.graph.nodes:
        if subject.flow.steps[node.step].ask is None or node.step in told:
            continue
        edges = [
            edge
            for edge in subject.graph.out.get(node, ())
            if edge.answers("intent", ASK_ROBOT) and not _answers(edge)
        ]
        wrong = next((edge for edge in edges if not _tells(subject, edge)), None)
        if edges and wrong is None:
            continue
        told.add(node.step)
        answer = f"is answered with {', '.join(wrong.trail.said) or 'nothing'}" if wrong else "has no answer"
        yield subject.finding(
            "untruthful",
            subject.at_move(wrong.trail.moves[0])
            if wrong and wrong.trail.moves
            else subject.at_step(node.step),
            f"in step {node.step!r} the question whether it is a robot {answer}, not with the truth",
            "Answer it with a prompt that has both elements of the AI label in every variant, "
            "as `anywhere` does with answer_robot.",
            (*subject.graph.path(node), f"[{ASK_ROBOT}]"),
        )


def _answers(edge: Edge) -> bool:
    """Whether it takes up a day, sum or digits said in the same breath: an answer more than a question."""
    return bool(edge.trail.moves and edge.trail.moves[0].move.entities)


def _tells(subject: Subject, edge: Edge) -> bool:
    """The answer itself must: what only the closing says comes too late."""
    closing = set(subject.flow.closing)
    return any(subject.prompts.is_labelled(name) for name in edge.trail.said if name not in closing)
