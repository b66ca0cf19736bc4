"""What a call is for: invitations need consent and no debt, and an occasion must still stand."""

from __future__ import annotations

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.facts import Purpose
from campaigns.compliance.inputs import decision_inputs
from campaigns.compliance.reasons import Reason, reason_text
from campaigns.compliance.verdict import Allow, Refuse
from tests.unit.compliance.build import china, facts

INVITED = {
    "purpose": Purpose.MARKETING,
    "debt_owed": False,
    "occasion_stands": True,
    "marketing_consent": True,
}
BROKEN = {"purpose": Purpose.BROKEN_PROMISE, "debt_owed": True, "occasion_stands": True}


@pytest.mark.parametrize("good", [INVITED, BROKEN])
def test_what_has_its_reason_and_its_leave_is_allowed(good: dict[str, object]) -> None:
    assert isinstance(decide(facts(**good), china()), Allow)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"marketing_consent": None}, Reason.CONSENT_UNKNOWN),
        ({"marketing_consent": False}, Reason.CONSENT_REFUSED),
        ({"debt_owed": True}, Reason.DEBT_DUE),
        ({"debt_owed": None}, Reason.LEDGER_UNKNOWN),
        ({"occasion_stands": False}, Reason.OCCASION_GONE),
        ({"occasion_stands": None}, Reason.OCCASION_GONE),
    ],
)
def test_an_invitation_is_refused_for_anything_that_is_missing(
    changes: dict[str, object], reason: Reason
) -> None:
    verdict = decide(facts(**{**INVITED, **changes}), china())
    assert isinstance(verdict, Refuse)
    assert verdict.reason is reason
    assert reason_text(reason) != reason_text(reason, "en") != reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"debt_owed": False}, Reason.NOTHING_OWED),
        ({"occasion_stands": False}, Reason.OCCASION_GONE),
        ({"occasion_stands": None}, Reason.OCCASION_GONE),
    ],
)
def test_nobody_is_called_about_a_promise_made_good(changes: dict[str, object], reason: Reason) -> None:
    verdict = decide(facts(**{**BROKEN, **changes}), china())
    assert isinstance(verdict, Refuse)
    assert verdict.reason is reason


def test_a_reminder_needs_no_consent_and_no_occasion() -> None:
    reminder = facts()
    assert (reminder.marketing_consent, reminder.occasion_stands) == (None, None)
    assert isinstance(decide(reminder, china()), Allow)


def test_what_was_weighed_is_on_record() -> None:
    inputs = decision_inputs(facts(**INVITED), china())["facts"]
    assert (inputs["purpose"], inputs["occasion_stands"], inputs["marketing_consent"]) == (
        "marketing",
        True,
        True,
    )


def test_whom_an_experiment_leaves_alone_is_not_called_unless_they_asked_for_it() -> None:
    alone = facts(control_group=True)
    verdict = decide(alone, china())
    assert isinstance(verdict, Refuse)
    assert (verdict.reason, verdict.rule) == (Reason.CONTROL_GROUP, "experiment")
    assert isinstance(decide(facts(control_group=True, callback_at=alone.now), china()), Allow)
    assert "control_group" not in decision_inputs(facts(), china())["facts"]
