"""A promise is made only by a clear yes to what was just read back."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.events import Placed
from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.subject import Subject
from bot.dialogue.lint.trees import names_in
from bot.dialogue.model import STAY

READ_BACK = ("amount", "due")
"""The slots of a promise that must be in the sentence the yes answers."""


def read_back(subject: Subject) -> Iterator[Finding]:
    for alarm in subject.graph.alarms.values():
        if alarm.kind == "promise" and alarm.placed is not None:
            yield _finding(
                subject, alarm.placed, f"the promise is recorded {alarm.name}", subject.graph.path_of(alarm)
            )
    for placed in subject.events.placed():
        if "record_promise" in placed.move.do:
            yield from _of_promise(subject, placed)


def _of_promise(subject: Subject, placed: Placed) -> Iterator[Finding]:
    step = subject.flow.steps.get(placed.step)
    if step is None or not step.reads_back or placed.move.intents != ["affirm"]:
        yield _finding(subject, placed, "the promise is not the clear yes to a read-back")
        return
    for question in {name for name in (step.ask, step.again) if name}:
        for slot in READ_BACK:
            if any(slot not in names_in(source) for source in subject.prompts[question].sources):
                yield _finding(subject, placed, f"{question!r} does not read {slot} back in every variant")
    for move in step.moves:
        if (move is placed.move or move.to == STAY) and set(move.set) & set(READ_BACK):
            yield _finding(subject, placed, "what is promised can change without being read back again")
    reads = placed.move.when.names if placed.move.when else frozenset()
    earlier = step.moves[: placed.index]
    corrected = any(set(m.entities) & {"day", "money"} and "affirm" in m.intents for m in earlier)
    if "heard" not in reads and not corrected:
        yield _finding(subject, placed, "a yes that names another day or sum promises what was read back")


def _finding(subject: Subject, placed: Placed, message: str, path: tuple[str, ...] = ()) -> Finding:
    node = next(subject.graph.at(placed.step), None)
    return subject.finding(
        "missing-read-back",
        subject.at_move(placed),
        message,
        "Record a promise in a step with `reads_back: true` alone, whose question says {{ due }} and "
        '{{ amount }}, on `intents: [affirm]` with `when: "heard.day in [none, due] and heard.money in '
        '[none, amount]"`.',
        path or subject.graph.path(node),
    )
