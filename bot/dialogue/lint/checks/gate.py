"""Nothing of the debt can be said, or even read, before the right party is confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.subject import Subject


def debt_before_identity(subject: Subject) -> Iterator[Finding]:
    for alarm in subject.graph.alarms.values():
        if alarm.kind == "gate":
            yield subject.finding(
                "debt-before-identity",
                subject.places.of_prompt(alarm.prompt)
                if alarm.source is None
                else subject.at_step(alarm.step),
                f"prompt {alarm.prompt!r} tells of the debt and can be said before identity is confirmed",
                "Let only moves after `do: [confirm_identity]` lead here, or guard them with "
                "`when: identity_confirmed`; else take the words of the debt out of the prompt.",
                subject.graph.path_of(alarm),
            )
        elif alarm.kind == "mute":
            yield subject.finding(
                "debt-in-silent-flow",
                subject.at_step(alarm.step),
                f"prompt {alarm.prompt!r} tells of the debt, and this flow never speaks of it",
                "Use another prompt here; a flow with `debt: false` is for customers who may owe nothing.",
                subject.graph.path_of(alarm),
            )
        elif alarm.kind == "unknown" and alarm.placed is not None:
            yield subject.finding(
                "debt-read-before-identity",
                subject.at_move(alarm.placed),
                f"{alarm.name!r} is read where the right party is not confirmed, and is not known there",
                "Move what reads it behind the identity check.",
                subject.graph.path_of(alarm),
            )
