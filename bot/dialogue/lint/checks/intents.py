"""Whatever can be understood has an answer, and whatever is waited for can be understood."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.subject import Language, Subject
from bot.dialogue.model import UNCLEAR
from bot.nlu.interpreter import OUT_OF_SCOPE


def unknown_intent(subject: Subject) -> Iterator[Finding]:
    """A name that nothing can ever be understood as."""
    rules = set(subject.vocabulary.stop_words)
    for placed in subject.events.placed():
        unknown = [name for name in placed.move.intents if name not in subject.vocabulary.events]
        unknown += [name for name in placed.move.stop_words if name not in rules]
        for name in unknown:
            yield subject.finding(
                "unknown-intent",
                subject.at_move(placed),
                f"{name!r} is neither an intent of nlu.yml nor a rule of stop_words.yml",
                "Correct the name, or add examples of it to nlu.yml.",
            )
    for step_name, step in subject.flow.steps.items():
        for name in step.expects:
            if name not in subject.vocabulary.intents:
                yield subject.finding(
                    "unknown-intent",
                    subject.at_step(step_name),
                    f"step {step_name!r} expects {name!r}, which is no intent of nlu.yml",
                    "Correct the name, or add examples of it to nlu.yml.",
                )


def unanswered_intent(subject: Subject) -> Iterator[Finding]:
    """An intent that meets neither a move nor a repair, or that a step expects and then does not take."""
    for (step_name, intent), node in subject.graph.unanswered.items():
        step = subject.flow.steps[step_name]
        if not subject.events.unclear(step, step_name).moves:
            yield subject.finding(
                "unanswered-intent",
                subject.at_step(step_name),
                f"in step {step_name!r} nothing answers {intent}, not even a repair",
                f"Add a move for it or for {UNCLEAR!r}.",
                (*subject.graph.path(node), f"[{intent}]"),
            )
        elif intent in step.expects and not _taken_somewhere(subject, step_name, intent):
            yield subject.finding(
                "unanswered-intent",
                subject.at_step(step_name),
                f"step {step_name!r} expects {intent} and has no answer to it",
                "Add a move for it, or take it out of `expects`.",
                (*subject.graph.path(node), f"[{intent}]"),
                Severity.WARNING,
            )


def _taken_somewhere(subject: Subject, step: str, intent: str) -> bool:
    return any(
        edge.answers("intent", intent)
        for node in subject.graph.at(step)
        for edge in subject.graph.out.get(node, ())
    )


def unhandled_intent(language: Language) -> Iterator[Finding]:
    """An intent that no step of any flow handles: it is always taken for not understood."""
    if not language.complete:
        return
    waited_for = set(language.vocabulary.stopping)
    for subject in language.subjects:
        for placed in subject.graph.taken:
            waited_for.update(placed.move.intents)
    for intent in language.vocabulary.intents:
        wider = language.vocabulary.wider.get(intent, ())
        if intent not in waited_for and not waited_for.intersection(wider) and OUT_OF_SCOPE not in wider:
            yield Finding(
                "unhandled-intent",
                Severity.ERROR,
                "",
                *language.places.of_intent(intent),
                f"no step of any flow handles the intent {intent!r}",
                "Add a move for it (the common file's `anywhere` is for what may come at any time), "
                "name a wider intent in understanding.yml, or delete its examples.",
            )
