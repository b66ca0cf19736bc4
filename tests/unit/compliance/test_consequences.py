"""What follows from stop words, dispositions and number states."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.compliance.consequences import (
    Consequence,
    FreezeAutomation,
    HumanCase,
    InvalidateNumber,
    RecheckNumber,
    SuppressCustomer,
    SuppressNumber,
    TryOtherNumber,
    after_call,
    after_status,
)
from campaigns.compliance.decide import decide
from campaigns.compliance.facts import SuppressionFact
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Allow
from campaigns.outcomes.dispositions import shipped_dispositions
from telephony.status import NumberStatus
from tests.unit.compliance.build import HOUR, MONDAY_NOON, china, facts, write_pack

BARS = (SuppressCustomer, SuppressNumber, FreezeAutomation)
MUST_STOP = [
    "do_not_call",
    "wrong_number",
    "complaint",
    "legal",
    "fraud_claim",
    "deceased",
    "vulnerable",
    "hardship",
    "minor",
    "recording_refused",
    "paid_claim",
]
STOP_WORDS = [
    "self_harm",
    "death",
    "illness_hardship",
    "complaint_regulator",
    "lawyer_court",
    "fraud_identity",
    "recording_refused",
    "stop_calling",
    "wrong_party",
    "dispute_paid",
    "minor",
]


def allowed_next_hour(consequences: tuple[Consequence, ...]) -> bool:
    bars = tuple(
        SuppressionFact(bar.reason, bar.until, isinstance(bar, SuppressNumber))
        for bar in consequences
        if isinstance(bar, BARS)
    )
    return isinstance(decide(facts(now=MONDAY_NOON + HOUR, suppressions=bars), china()), Allow)


@pytest.mark.parametrize("disposition", MUST_STOP)
def test_such_a_disposition_stops_further_calls(disposition: str) -> None:
    assert not allowed_next_hour(after_call(china(), disposition=disposition, now=MONDAY_NOON))


@pytest.mark.parametrize("word", [*STOP_WORDS, "a rule of a newer language file"])
def test_such_a_stop_word_stops_further_calls_whatever_the_disposition(word: str) -> None:
    for disposition in ("promise", None):
        after = after_call(china(), disposition=disposition, stop_words=[word], now=MONDAY_NOON)
        assert not allowed_next_hour(after)


@pytest.mark.parametrize("disposition", ["promise", "no_answer", "callback", "hung_up", "third_party", None])
def test_an_ordinary_end_bars_nothing(disposition: str | None) -> None:
    assert after_call(china(), disposition=disposition, now=MONDAY_NOON) == ()


def test_self_harm_calls_a_person_at_once_and_freezes_without_end() -> None:
    assert after_call(china(), disposition=None, stop_words=["self_harm"], now=MONDAY_NOON) == (
        FreezeAutomation(Reason.VULNERABLE),
        HumanCase("self_harm", urgent=True),
    )


def test_holds_of_a_given_length_end_when_they_should() -> None:
    after = after_call(china(), disposition="paid_claim", now=MONDAY_NOON)
    assert FreezeAutomation(Reason.PAID_CLAIM, MONDAY_NOON + timedelta(hours=48)) in after
    assert HumanCase("paid_claim") in after
    after = after_call(china(), disposition="hardship", now=MONDAY_NOON)
    assert FreezeAutomation(Reason.HARDSHIP, MONDAY_NOON + timedelta(days=30)) in after
    assert after_call(china(), disposition="minor", now=MONDAY_NOON) == (
        SuppressNumber(Reason.MINOR, MONDAY_NOON + timedelta(hours=24)),
    )


def test_a_third_party_who_refuses_is_never_called_again() -> None:
    after = after_call(china(), disposition="third_party", stop_words=["stop_calling"], now=MONDAY_NOON)
    assert SuppressNumber(Reason.THIRD_PARTY_REFUSED) in after


def test_what_is_named_twice_stands_once_and_the_stricter_wins() -> None:
    after = after_call(
        china(),
        disposition="complaint",
        stop_words=["complaint_regulator", "complaint_regulator"],
        now=MONDAY_NOON,
    )
    assert after == (FreezeAutomation(Reason.COMPLAINT), HumanCase("complaint", urgent=True))
    both = after_call(china(), disposition="vulnerable", stop_words=["self_harm"], now=MONDAY_NOON)
    assert both.count(FreezeAutomation(Reason.VULNERABLE)) == 1


def test_of_two_lengths_of_one_bar_the_longer_holds(tmp_path: Path) -> None:
    def freeze(hours: int | None) -> list[dict[str, object]]:
        return [{"do": "freeze", "reason": "hardship", "hours": hours}]

    aftermath = {
        "stop_words": {"day": freeze(24), "week": freeze(168), "endless": freeze(None)},
        "unknown_stop_word": freeze(None),
        "dispositions": {},
    }
    pack = write_pack(tmp_path, aftermath=aftermath)
    for words, until in (
        (["day", "week"], MONDAY_NOON + timedelta(hours=168)),
        (["week", "day"], MONDAY_NOON + timedelta(hours=168)),
        (["endless", "day"], None),
        (["day", "endless"], None),
    ):
        after = after_call(pack, disposition=None, stop_words=words, now=MONDAY_NOON)
        assert after == (FreezeAutomation(Reason.HARDSHIP, until),)


def test_every_disposition_that_the_pack_knows_is_one_that_calls_can_end_with() -> None:
    known = set(shipped_dispositions().dispositions) | {"third_party_refused"}
    assert set(china().rules.aftermath.dispositions) <= known


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (NumberStatus.ACTIVE, ()),
        (NumberStatus.SUSPENDED, (RecheckNumber(MONDAY_NOON + 72 * HOUR),)),
        (NumberStatus.EMPTY, (InvalidateNumber(NumberStatus.EMPTY),)),
        (NumberStatus.RECYCLED, (InvalidateNumber(NumberStatus.RECYCLED, purge=True),)),
        (NumberStatus.RISK, (HumanCase("number_risk"),)),
        (NumberStatus.DATA_ONLY, (TryOtherNumber(),)),
        (NumberStatus.UNKNOWN, (RecheckNumber(MONDAY_NOON),)),
    ],
)
def test_number_states(status: NumberStatus, expected: tuple[Consequence, ...]) -> None:
    assert after_status(china(), status, MONDAY_NOON) == expected


def test_codes_fit_the_columns_that_keep_them() -> None:
    for status in NumberStatus:
        for consequence in after_status(china(), status, MONDAY_NOON):
            assert len(getattr(consequence, "reason", "")) <= 32
    assert all(len(reason) <= 32 for reason in Reason)
