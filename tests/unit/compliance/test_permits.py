"""How long a permit lasts, and what operators read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.inputs import decision_inputs
from campaigns.compliance.permits import permit_terms
from campaigns.compliance.reasons import Reason, reason_text
from campaigns.compliance.verdict import Allow
from tests.unit.compliance.build import MONDAY_NOON, attempt, china, facts, local, talk, tried


def allow_at(moment: object) -> Allow:
    verdict = decide(facts(now=moment), china())
    assert isinstance(verdict, Allow)
    return verdict


def test_a_permit_lasts_a_minute_and_names_pack_and_attempt() -> None:
    terms = permit_terms(allow_at(MONDAY_NOON), china(), attempt_id=42, now=MONDAY_NOON)
    assert (terms.issued_at, terms.expires_at) == (MONDAY_NOON, MONDAY_NOON + timedelta(seconds=60))
    assert (terms.attempt_id, terms.pack) == (42, china().label)


def test_a_permit_ends_where_a_call_could_no_longer_end_in_time() -> None:
    late = local(2, 20, 22, 30)
    terms = permit_terms(allow_at(late), china(), attempt_id=1, now=late)
    assert terms.expires_at == local(2, 20, 23)


def test_an_old_allow_gives_no_permit() -> None:
    with pytest.raises(ValueError, match="decide again"):
        permit_terms(allow_at(MONDAY_NOON), china(), attempt_id=1, now=local(2, 20, 23))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_can_be_read_in_two_languages(reason: Reason) -> None:
    assert reason_text(reason, "en") != reason.value
    assert any("\u4e00" <= character <= "\u9fff" for character in reason_text(reason, "zh"))


def test_a_reason_of_another_version_is_shown_as_it_is() -> None:
    assert reason_text("of_tomorrow") == "of_tomorrow"


def test_the_record_counts_what_the_caps_count_today() -> None:
    history = tried(attempt(local(1, 12)), attempt(local(2, 9)), attempt(local(2, 10), charged=False))
    inputs = decision_inputs(facts(talks=(talk(local(1, 12)),), **history), china())
    assert inputs["counts"] == {
        "effective_talks_per_debtor_day": [0, 1],
        "attempts_per_number_day": [1, 2],
        "attempts_per_debtor_day": [1, 3],
        "attempts_per_debtor_7d": [2, 7],
    }
    assert json.loads(json.dumps(inputs)) == inputs


def test_the_record_says_whether_the_region_is_known_but_not_which_it_is() -> None:
    inputs = decision_inputs(facts(region="广东省"), china())
    assert inputs["region_known"] is True
    assert "广东" not in str(inputs)
