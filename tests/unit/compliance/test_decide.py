"""What is decided in the situations that an operator would name."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.facts import SuppressionFact
from campaigns.compliance.hours import Hours
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.verdict import Allow, Defer, Refuse
from telephony.status import NumberStatus
from tests.unit.compliance.build import (
    DAY,
    HOUR,
    MONDAY_NOON,
    attempt,
    china,
    china_with,
    facts,
    local,
    number,
    talk,
    tried,
    utc,
)


def test_a_good_customer_at_noon_may_be_called_until_the_window_ends() -> None:
    assert decide(facts(), china()) == Allow(window_end=local(2, 20, 30))


REFUSED: list[tuple[str, dict[str, Any], Reason, Scope]] = [
    ("nothing owed", {"debt_owed": False}, Reason.NOTHING_OWED, Scope.DEBTOR),
    ("no ledger", {"debt_owed": None}, Reason.LEDGER_UNKNOWN, Scope.DEBTOR),
    ("open complaint", {"open_cases": frozenset({"complaint"})}, Reason.CASE_OPEN, Scope.DEBTOR),
    ("open case of a new kind", {"open_cases": frozenset({"whatever"})}, Reason.CASE_OPEN, Scope.DEBTOR),
    ("zone nobody knows", {"zones": ("Mars/Olympus",)}, Reason.ZONE_UNKNOWN, Scope.DEBTOR),
    ("guarantor", {"number": number(relation="guarantor")}, Reason.HUMAN_ONLY, Scope.NUMBER),
    ("employer", {"number": number(relation="employer")}, Reason.NEVER_CALLED, Scope.NUMBER),
    ("unheard-of relation", {"number": number(relation="neighbour")}, Reason.RELATION_UNKNOWN, Scope.NUMBER),
    ("generated", {"number": number(generated=True)}, Reason.GENERATED_NUMBER, Scope.NUMBER),
    ("never checked", {"number": number(status=NumberStatus.UNKNOWN)}, Reason.NUMBER_UNKNOWN, Scope.NUMBER),
    ("no date of the check", {"number": number(status_at=None)}, Reason.NUMBER_STALE, Scope.NUMBER),
    ("old check", {"number": number(status_at=MONDAY_NOON - 31 * DAY)}, Reason.NUMBER_STALE, Scope.NUMBER),
    (
        "check from the future",
        {"number": number(status_at=MONDAY_NOON + HOUR)},
        Reason.NUMBER_STALE,
        Scope.NUMBER,
    ),
    (
        "suspended",
        {"number": number(status=NumberStatus.SUSPENDED)},
        Reason.NUMBER_NEEDS_RECHECK,
        Scope.NUMBER,
    ),
    ("empty", {"number": number(status=NumberStatus.EMPTY)}, Reason.NUMBER_INVALID, Scope.NUMBER),
    ("reissued", {"number": number(status=NumberStatus.RECYCLED)}, Reason.NUMBER_INVALID, Scope.NUMBER),
    ("risky", {"number": number(status=NumberStatus.RISK)}, Reason.NUMBER_NEEDS_REVIEW, Scope.NUMBER),
    (
        "data only",
        {"number": number(status=NumberStatus.DATA_ONLY)},
        Reason.NUMBER_NOT_FOR_VOICE,
        Scope.NUMBER,
    ),
    (
        "clock behind the ledger",
        {"ledger_time": MONDAY_NOON + 3 * HOUR},
        Reason.CLOCK_UNTRUSTED,
        Scope.SYSTEM,
    ),
    ("clock behind an attempt", tried(attempt(MONDAY_NOON + HOUR)), Reason.CLOCK_UNTRUSTED, Scope.SYSTEM),
    ("clock behind a talk", {"talks": (talk(MONDAY_NOON + HOUR),)}, Reason.CLOCK_UNTRUSTED, Scope.SYSTEM),
    ("virtual time on a real line", {"clock_virtual": True}, Reason.CLOCK_UNTRUSTED, Scope.SYSTEM),
    ("before the pack", {"now": local(28, 12, month=1)}, Reason.PACK_NOT_IN_FORCE, Scope.SYSTEM),
    (
        "hours that never meet",
        {"campaign_hours": Hours(time(6), time(8))},
        Reason.WINDOW_NEVER_OPENS,
        Scope.DEBTOR,
    ),
]


@pytest.mark.parametrize(
    ("changes", "reason", "scope"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(changes: dict[str, Any], reason: Reason, scope: Scope) -> None:
    verdict = decide(facts(**changes), china())
    assert isinstance(verdict, Refuse)
    assert (verdict.reason, verdict.scope) == (reason, scope)


DEFERRED: list[tuple[str, dict[str, Any], Reason, Any]] = [
    ("early morning", {"now": local(2, 7)}, Reason.OUTSIDE_WINDOW, local(2, 9)),
    ("late evening", {"now": local(2, 21)}, Reason.OUTSIDE_WINDOW, local(3, 9)),
    ("too near the end", {"now": local(2, 20, 23)}, Reason.OUTSIDE_WINDOW, local(3, 9)),
    ("Friday night", {"now": local(6, 21)}, Reason.OUTSIDE_WINDOW, local(7, 10)),
    ("Saturday at half past nine", {"now": local(7, 9, 30)}, Reason.OUTSIDE_WINDOW, local(7, 10)),
    ("Xinjiang", {"now": local(2, 9, 30), "region": "新疆维吾尔自治区"}, Reason.OUTSIDE_WINDOW, local(2, 10)),
    ("Tibet", {"now": local(2, 9, 15), "region": "Tibet"}, Reason.OUTSIDE_WINDOW, local(2, 9, 30)),
    ("region unknown", {"now": local(2, 9, 30), "region": None}, Reason.OUTSIDE_WINDOW, local(2, 10)),
    ("region misspelt", {"now": local(2, 9, 30), "region": "Guangdon"}, Reason.OUTSIDE_WINDOW, local(2, 10)),
    (
        "campaign hours",
        {"now": local(2, 11), "campaign_hours": Hours(time(14), time(16))},
        Reason.CAMPAIGN_HOURS,
        local(2, 14),
    ),
    (
        "campaign hours on the edge of a weekend",
        {"now": local(6, 20, 30), "campaign_hours": Hours(time(20), time(20, 30))},
        Reason.CAMPAIGN_HOURS,
        local(9, 20),
    ),
    ("just unanswered", tried(attempt(local(2, 11))), Reason.MIN_GAP, local(2, 15)),
    ("just busy", tried(attempt(local(2, 11, 45), "busy")), Reason.MIN_GAP, local(2, 12, 15)),
    ("just dropped", tried(attempt(local(2, 11, 55), "dropped")), Reason.MIN_GAP, local(2, 12, 5)),
    ("still on the line", tried(attempt(local(2, 11, 59), None)), Reason.MIN_GAP, local(2, 15, 59)),
    (
        "gap that ends at night",
        {"now": local(2, 19), **tried(attempt(local(2, 18)))},
        Reason.MIN_GAP,
        local(3, 9),
    ),
    (
        "two attempts today",
        {"now": local(2, 19), **tried(attempt(local(2, 9)), attempt(local(2, 14)))},
        Reason.NUMBER_ATTEMPTS_CAP,
        local(3, 9),
    ),
    (
        "three attempts on several numbers",
        {"now": local(2, 19), "debtor_attempts": tuple(attempt(local(2, h)) for h in (9, 11, 14))},
        Reason.DEBTOR_ATTEMPTS_CAP,
        local(3, 9),
    ),
    (
        "seven in a week",
        tried(*(attempt(local(2, 10) - n * DAY) for n in range(1, 7)), attempt(local(2, 9) - DAY, "busy")),
        Reason.DEBTOR_ATTEMPTS_CAP,
        local(3, 9),
    ),
    ("talked yesterday evening", {"talks": (talk(local(1, 19)),)}, Reason.AFTER_TALK, local(2, 19)),
    ("talked today", {"talks": (talk(local(2, 9)),)}, Reason.AFTER_TALK, local(3, 9)),
    ("promise pending", {"promise_due": date(2026, 3, 4)}, Reason.PROMISE_PENDING, local(5, 9)),
    ("asked for three o'clock", {"callback_at": local(2, 15)}, Reason.CALLBACK_AGREED, local(2, 15)),
    ("asked for midnight", {"callback_at": local(3, 0)}, Reason.CALLBACK_AGREED, local(3, 9)),
    (
        "held for two days",
        {"suppressions": (SuppressionFact("paid_claim", local(4, 11), of_number=False),)},
        Reason.PAID_CLAIM,
        local(4, 11),
    ),
    (
        "powered off, tried twice in 24 h",
        {
            "now": local(3, 10),
            "number": number(status=NumberStatus.POWERED_OFF),
            **tried(attempt(local(2, 12), "powered_off"), attempt(local(2, 19), "powered_off")),
        },
        Reason.NUMBER_STATE_LIMIT,
        local(3, 12),
    ),
]


@pytest.mark.parametrize(
    ("changes", "reason", "until"), [case[1:] for case in DEFERRED], ids=[c[0] for c in DEFERRED]
)
def test_deferred(changes: dict[str, Any], reason: Reason, until: Any) -> None:
    verdict = decide(facts(**changes), china())
    assert isinstance(verdict, Defer)
    assert (verdict.reason, verdict.until) == (reason, until)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("the first second of the window", {"now": local(2, 9)}),
    ("the last second that leaves the margin", {"now": local(2, 20, 22, 59)}),
    (
        "a weekend that is worked",
        {"now": local(28, 9, 30, month=2), "number": number(status_at=local(20, 9, month=2))},
    ),
    ("the gap is over", tried(attempt(MONDAY_NOON - 4 * HOUR))),
    ("a trunk fault is not an attempt", tried(attempt(local(2, 11, 59), "trunk_fault", charged=False))),
    (
        "an empty number does not hold the next one up",
        {"debtor_attempts": (attempt(local(2, 11, 59), "not_in_service"),)},
    ),
    ("the ledger is a second ahead", {"ledger_time": MONDAY_NOON + timedelta(seconds=1)}),
    ("a promise due yesterday", {"promise_due": date(2026, 3, 1)}),
    (
        "a hold that has lapsed",
        {"suppressions": (SuppressionFact("paid_claim", MONDAY_NOON, of_number=False),)},
    ),
    ("a case that only waits for a callback", {"open_cases": frozenset({"callback"})}),
    ("generated, on a line that reaches nobody", {"number": number(generated=True), "line_simulated": True}),
    ("virtual time on a line that reaches nobody", {"clock_virtual": True, "line_simulated": True}),
    (
        "called back as asked, an hour after a busy talk",
        {"callback_at": local(2, 11, 50), **tried(attempt(local(2, 11), "callback"))},
    ),
    (
        "called back the day after a late talk",
        {"callback_at": MONDAY_NOON, "talks": (talk(local(1, 19)),)},
    ),
]


@pytest.mark.parametrize("changes", [case[1] for case in ALLOWED], ids=[case[0] for case in ALLOWED])
def test_allowed(changes: dict[str, Any]) -> None:
    assert isinstance(decide(facts(**changes), china()), Allow)


def test_a_callback_skips_neither_caps_nor_hours() -> None:
    asked = {"callback_at": local(2, 15), "talks": (talk(local(2, 10)),)}
    assert decide(facts(now=local(2, 15), **asked), china()) == Defer(
        local(3, 10), Reason.TALKS_CAP, Scope.DEBTOR, "caps.effective_talks_per_debtor_day"
    )
    late = decide(facts(now=local(2, 21), callback_at=local(2, 21)), china())
    assert isinstance(late, Defer)
    assert late.until == local(3, 9)


def test_a_callback_missed_by_more_than_the_grace_is_a_call_like_any_other() -> None:
    missed = facts(callback_at=local(2, 10, 59), **tried(attempt(local(2, 10), "callback")))
    assert isinstance(decide(missed, china()), Defer)


@pytest.mark.parametrize(
    "reason", ["do_not_call", "deceased", "vulnerable", "fraud_claim", "not a code we know"]
)
@pytest.mark.parametrize("of_number", [True, False])
def test_a_suppression_without_end_bars(reason: str, of_number: bool) -> None:
    verdict = decide(facts(suppressions=(SuppressionFact(reason, None, of_number),)), china())
    assert isinstance(verdict, Refuse)
    assert verdict.reason == (reason if reason in set(Reason) else "suppressed")
    assert verdict.scope == (Scope.NUMBER if of_number else Scope.DEBTOR)


def test_a_refusal_wins_over_a_deferral_and_the_customers_over_the_numbers() -> None:
    night = facts(now=local(2, 23), debt_owed=False, number=number(status=NumberStatus.EMPTY))
    assert decide(night, china()) == Refuse(Reason.NOTHING_OWED)


def test_the_talk_cap_counts_staff_and_agencies(tmp_path: Path) -> None:
    pack = china_with(tmp_path, "caps: {effective_talks_per_debtor_day: {default: 3}}\n")
    three = tuple(talk(local(2, hour)) for hour in (9, 10, 11))
    verdict = decide(facts(callback_at=MONDAY_NOON, talks=three), pack)
    assert isinstance(verdict, Defer)
    assert verdict.reason == Reason.TALKS_CAP
    assert isinstance(decide(facts(callback_at=MONDAY_NOON, talks=three[:2]), pack), Allow)


def test_a_day_off_never_has_longer_hours_than_a_working_day(tmp_path: Path) -> None:
    pack = china_with(tmp_path, 'times: {window: {default: ["11:00", "18:00"]}}\n')
    saturday = decide(facts(now=local(7, 10, 30)), pack)
    assert isinstance(saturday, Defer)
    assert saturday.until == local(7, 11)
    assert decide(facts(now=local(7, 11)), pack) == Allow(window_end=local(7, 18))


def test_a_review_date_ends_the_pack(tmp_path: Path) -> None:
    pack = china_with(tmp_path, "in_force: {until: 2026-03-02}\n")
    assert isinstance(decide(facts(), pack), Allow)
    over = decide(facts(now=MONDAY_NOON + DAY), pack)
    assert over == Refuse(Reason.PACK_NOT_IN_FORCE, Scope.SYSTEM, "in_force")


def test_a_year_without_a_published_calendar_has_only_days_off() -> None:
    fresh = number(status_at=local(1, 9, month=3, year=2031))
    monday = facts(now=local(3, 9, 30, month=3, year=2031), number=fresh)
    verdict = decide(monday, china())
    assert isinstance(verdict, Defer)
    assert verdict.until == local(3, 10, month=3, year=2031)


def test_campaign_hours_that_one_region_never_meets_are_no_fault_of_the_system() -> None:
    """In Guangdong these hours are fine; in Xinjiang they never come, and only its customers are left out."""
    early = Hours(time(9), time(9, 30))
    assert isinstance(decide(facts(now=local(2, 9), campaign_hours=early), china()), Allow)
    verdict = decide(facts(now=local(2, 9), campaign_hours=early, region="新疆"), china())
    assert isinstance(verdict, Refuse)
    assert (verdict.reason, verdict.scope) == (Reason.WINDOW_NEVER_OPENS, Scope.DEBTOR)


def test_a_number_from_abroad_adds_its_zone_and_takes_none_away() -> None:
    """Where both may be it must be day: a customer at home is not woken for a number of New York."""
    abroad = number(zones=("America/New_York",), status_at=local(2, 9))
    verdict = decide(facts(number=abroad), china())
    assert isinstance(verdict, Defer)
    assert verdict.until == local(3, 9)  # eight in the evening there
    unknown = decide(facts(number=abroad, region=None), china())
    assert isinstance(unknown, Refuse)
    assert unknown.reason is Reason.WINDOW_NEVER_OPENS
    nearby = number(zones=("Asia/Tokyo",), status_at=local(2, 9))
    assert isinstance(decide(facts(now=local(2, 19), number=nearby), china()), Allow)
    late = decide(facts(now=local(2, 19, 45), number=nearby), china())
    assert isinstance(late, Defer)
    assert late.until == local(3, 9)


def test_now_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        facts(now=utc(2026, 3, 2, 4).replace(tzinfo=None))
