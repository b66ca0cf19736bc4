"""Nothing is written that no call can come to."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.subject import Language, Subject


def unreachable_step(subject: Subject) -> Iterator[Finding]:
    """A step of the flow's own file."""
    for step in subject.flow.steps:
        if step not in subject.graph.entered and subject.places.is_own_step(subject.flow.name, step):
            yield _unreachable(subject, step, "no way leads to")


def unreachable_shared_step(language: Language) -> Iterator[Finding]:
    """A step of a shared file that none of the flows built of it comes to."""
    if not language.complete:
        return
    file_of = language.places.file_of_step
    entered = {(file_of(s.flow.name, step), step) for s in language.subjects for step in s.graph.entered}
    told = set()
    for subject in language.subjects:
        for step in subject.flow.steps:
            place = file_of(subject.flow.name, step), step
            own = subject.places.is_own_step(subject.flow.name, step)
            if not own and place not in entered and place not in told:
                told.add(place)
                yield _unreachable(subject, step, "in no flow a way leads to")


def _unreachable(subject: Subject, step: str, what: str) -> Finding:
    return subject.finding(
        "unreachable-step",
        subject.at_step(step),
        f"{what} step {step!r}",
        "Lead a move to it, loosen the guards before it, or delete it.",
    )


def unused_prompt(language: Language) -> Iterator[Finding]:
    if not language.complete:
        return
    said = {name for subject in language.subjects for name in subject.graph.said}
    for name in language.prompts.prompts:
        if name not in said:
            yield Finding(
                "unused-prompt",
                Severity.WARNING,
                "",
                *language.places.of_prompt(name),
                f"prompt {name!r} is never said",
                "Use it or delete it.",
            )
