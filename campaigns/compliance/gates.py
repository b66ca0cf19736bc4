"""What the law wants on file before a call: consent, and facts about the debt that stop one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, StrictBool

from campaigns.compliance.facts import LineType
from campaigns.compliance.limits import AtMost, Count, Section
from campaigns.compliance.reasons import GATES, Reason


def _closes_a_gate(reason: Reason) -> Reason:
    if reason not in GATES:
        raise ValueError(f"{reason} is no reason of a gate; those are {', '.join(sorted(GATES))}")
    return reason


GateReason = Annotated[Reason, AfterValidator(_closes_a_gate)]


class ConsentRule(Section):
    """Kinds of line that an artificial voice calls only with prior express consent on file.

    A revocation stops automated calls within ``revocation_effect_s``, those already permitted too.
    """

    needed_for: tuple[LineType, ...] = ()
    unknown_line_is: LineType  # what a number of unknown type is taken for
    revocation_effect_s: AtMost


class Gate(Section):
    """A fact about the customer's debt that must not be given, and, where ``required``, must be on file.

    ``max_age_days`` None: what was recorded stays true until something else is. ``then``: whether people
    may go on.
    """

    then: Literal["stop", "human_only"]
    reason: GateReason
    max_age_days: Count | None = None
    required: StrictBool = True


class FirstNotice(Section):
    """A notice about the debt that must be out so many days after the first communication.

    Without it on record no further call is placed after that day.
    """

    within_days: AtMost
