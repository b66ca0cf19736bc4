"""What the law wants said is said, whole, before anything else and at the end."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.subject import Subject


def disclosure(subject: Subject) -> Iterator[Finding]:
    """Institution, AI label with both its elements, recording: in the opening, so before identity."""
    prompts = [subject.prompts[name] for name in subject.flow.disclosures]
    place = subject.places.of_flow(subject.flow.name, "disclosures")
    for kind in REQUIRED_DISCLOSURES:
        if not any(prompt.disclosure == kind for prompt in prompts):
            yield subject.finding(
                "missing-disclosure",
                place,
                f"the opening lacks the {kind} disclosure, so identity is confirmed before it was said",
                "Name a prompt with `disclosure: " + kind + "` under `disclosures`.",
                ("[opening]", subject.flow.start),
            )
    for prompt in prompts:
        at = subject.places.of_prompt(prompt.id)
        if prompt.interruptible:
            yield subject.finding(
                "interruptible-disclosure",
                at,
                f"the disclosure {prompt.id!r} can be talked over",
                "Add `interruptible: false`.",
            )
        if prompt.disclosure == "ai_identity" and not subject.prompts.is_labelled(prompt.id):
            yield subject.finding(
                "missing-disclosure",
                at,
                f"{prompt.id!r} lacks an element of the AI label",
                "Say that it is artificial intelligence and that the voice is generated "
                "(`ai_label` in speech.yml), in every variant.",
            )
        if prompt.disclosure == "institution" and "institution" not in prompt.variables:
            yield subject.finding(
                "missing-disclosure",
                at,
                f"{prompt.id!r} does not name the institution",
                "Say {{ institution }}.",
            )


def closing_label(subject: Subject) -> Iterator[Finding]:
    """The label that ends a call: every end step says the flow's closing."""
    closing = subject.flow.closing
    if not any(subject.prompts.is_labelled(name) for name in closing):
        yield subject.finding(
            "missing-closing-label",
            subject.at_key("closing"),
            "calls end without the spoken AI label",
            "Name a prompt under `closing` with both elements of the label.",
        )
    for name in closing:
        if subject.prompts.is_labelled(name) and subject.prompts[name].interruptible:
            yield subject.finding(
                "interruptible-disclosure",
                subject.places.of_prompt(name),
                f"the closing label {name!r} can be talked over",
                "Add `interruptible: false`.",
            )
    ends = {node for node in subject.graph.nodes if subject.flow.steps[node.step].end is not None}
    told: set[str] = set()
    for edge in subject.graph.edges:
        missing = edge.target in ends and closing and edge.trail.said[-len(closing) :] != closing
        if missing and edge.target.step not in told:
            told.add(edge.target.step)
            yield subject.finding(
                "missing-closing-label",
                subject.at_step(edge.target.step),
                f"end step {edge.target.step!r} can be reached without the closing label",
                "End steps must be entered, not passed by.",
                subject.graph.path(edge.target),
            )
