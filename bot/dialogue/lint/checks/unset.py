"""No prompt, guard or slot value uses what may not be there."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.subject import Subject


def unset_slot(subject: Subject) -> Iterator[Finding]:
    for alarm in subject.graph.alarms.values():
        if alarm.kind != "unset":
            continue
        if alarm.prompt:
            place, user = subject.at_step(alarm.step), f"prompt {alarm.prompt!r} says"
        elif alarm.placed is not None:
            place, user = subject.at_move(alarm.placed), "a guard or slot value here uses"
        else:
            continue
        yield subject.finding(
            "unset-slot",
            place,
            f"{user} {alarm.name!r}, which may not be set in step {alarm.step!r}",
            f"Set it on every way here, or test it first: `when: {alarm.name} and ...`, "
            f"`{{% if {alarm.name} %}}...{{% endif %}}`.",
            subject.graph.path_of(alarm),
        )
