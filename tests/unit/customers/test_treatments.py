"""Treatment files: mistakes with their place; a plan gives everybody the first that fits, with reasons."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.customers.treatments.plan import Planned, plan
from campaigns.customers.treatments.rules import Frequency
from campaigns.customers.treatments.treatmentfile import load_treatments, treatment_of
from campaigns.dialing.fitting import shipped_fits
from campaigns.errors import NotFoundError
from campaigns.grading.features import Kind

TODAY = date(2026, 3, 2)
SHIPPED = load_treatments()
TYPES = {Kind.INTEGER: pl.Int64, Kind.TEXT: pl.String}
SCHEMA = {"customer_id": pl.Int64, **{name: TYPES[kind] for name, kind in SHIPPED.facts.items()}}
USUAL = {"barred": 0, "relief_waives": 0, "promises_broken": 0, "number_state": "active"} | dict.fromkeys(
    (name for name in SCHEMA if name.startswith("tag_")), 0
)
OFFER = {"relief_waives": 200_00, "relief_approved_by": "风控部", "relief_days_left": 4}
LATE = {"days_past_due": 9, "amount_due": 5, "grade": "D"}


def planned(*customers: dict[str, Any]) -> list[Planned]:
    rows = [
        {**dict.fromkeys(SCHEMA), **USUAL, "customer_id": n, **facts} for n, facts in enumerate(customers)
    ]
    return list(plan(pl.DataFrame(rows, schema=SCHEMA), SHIPPED, TODAY))


@pytest.mark.parametrize(
    ("facts", "treatment"),
    [
        (LATE | OFFER | {"barred": 1}, "barred"),
        (LATE | OFFER | {"number_state": "dead"}, "find_number"),
        (LATE | OFFER | {"promises_pending": 1}, "promised"),
        (LATE | OFFER, "relief"),
        (LATE | OFFER | {"relief_waives": 200_01}, "frequent"),
        (LATE, "frequent"),
        (LATE | {"days_past_due": 30}, "frequent"),
        (LATE | {"days_past_due": 31}, "frequent_later"),
        (LATE | OFFER | {"days_past_due": 90}, "relief_later"),
        (LATE | {"days_past_due": 91}, "frequent"),
        (LATE | {"grade": "B"}, "regular"),
        (LATE | {"grade": None}, "regular"),
        ({"grade": "A", "months_late_6m": 0, "utilisation": 60, "amount_due": 5}, "limit_increase"),
        ({"grade": "A", "utilisation": 29, "amount_due": 5, "tag_may_be_invited": 1}, "cross_sell"),
        ({"grade": "A", "utilisation": 29, "amount_due": 5}, "infrequent"),
        ({"amount_due": 0, "tag_dormant": 1, "tag_may_be_invited": 1}, "marketing"),
        ({"amount_due": 0, "tag_dormant": 1}, "left_in_peace"),
        ({}, "left_in_peace"),
    ],
)
def test_who_gets_what(facts: dict[str, Any], treatment: str) -> None:
    assert planned(facts)[0].treatment == treatment


@pytest.mark.parametrize("days", [1, 30, 31, 90])
@pytest.mark.parametrize("offer", [{}, OFFER])
def test_a_late_customers_treatment_holds_a_script_for_their_days(days: int, offer: dict[str, Any]) -> None:
    found = planned(LATE | offer | {"days_past_due": days})[0].treatment
    flow = next(each.flow for each in SHIPPED.treatments if each.id == found)
    low, high = shipped_fits().flows[str(flow)].days
    assert (low or 0) <= days <= (high or days)


def test_a_relief_says_who_approved_it_until_when_and_how_much() -> None:
    (found,) = planned(LATE | OFFER)
    assert {"relief_waives=20000", "approved_by=风控部", "valid_until=2026-03-06"} <= set(found.reasons)


@pytest.mark.parametrize(
    ("grade", "since", "days"), [("D", None, 0), ("D", 1, 1), ("D", 2, 0), ("D", 99, 0), ("C", 1, 2)]
)
def test_the_next_contact_follows_the_last_by_the_days_of_the_grade(
    grade: str, since: int | None, days: int
) -> None:
    (found,) = planned(LATE | {"grade": grade, "days_since_contact": since})
    assert found.next_contact_on == TODAY + timedelta(days=days)
    assert found.reasons[-1] == f"days_since_contact={'unknown' if since is None else since}"


def test_a_number_that_is_not_known_is_checked_before_a_call_only() -> None:
    late, peace = planned(LATE | {"number_state": "unknown"}, {"number_state": "unknown"})
    assert (late.check_number, late.reasons[-1]) == (True, "number_state=unknown")
    assert (peace.check_number, peace.next_contact_on) == (False, None)


def test_who_has_no_grade_is_contacted_least() -> None:
    every = Frequency(A=30, B=9, C=3, D=2)
    assert [every.of(grade) for grade in (None, "A", "D")] == [30, 30, 2]


numbers = st.integers(-10, 300) | st.none()


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "days_past_due": numbers,
                "amount_due": numbers,
                "grade": st.sampled_from(["A", "B", "C", "D", None]),
                "number_state": st.sampled_from(["active", "unknown", "waiting", "dead", "none"]),
                "days_since_contact": st.integers(0, 100) | st.none(),
            }
        ),
        max_size=8,
    )
)
def test_everybody_has_one_treatment_and_no_day_in_the_past(customers: list[dict[str, Any]]) -> None:
    found = planned(*customers)
    assert [each.customer_id for each in found] == list(range(len(customers)))
    for each in found:
        treatment = treatment_of(SHIPPED, each.treatment)
        assert (each.next_contact_on is None) == (treatment.every_days is None)
        assert each.next_contact_on is None or each.next_contact_on >= TODAY


REST = "\n- {id: rest, title: x}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- {id: a, title: x, when: balence > 0}" + REST, r":3.*'balance'"),
        ("- {id: a, title: x}" + REST, r":3.*fits everybody"),
        ("- {id: a, title: x, when: balance > 0}", r":3.*must fit everybody"),
        ("- {id: a, title: x, when: balance > 0}\n- {id: a, title: x}", "stands twice"),
        ("- {id: a, title: x, actions: [reminder_sms]}", "every_days goes with"),
        ("- {id: a, title: x, every_days: 3}", "every_days goes with"),
        ("- {id: a, title: x, actions: [reminder_call], every_days: 3}", "flow goes with"),
        ("- {id: a, title: x, actions: [relief_offer], every_days: 3, flow: f}", "authority goes with"),
        ("- {id: a, title: x, actions: [call_mother]}", "reminder_call"),
        ("- {id: a, title: x, actions: [reminder_sms], every_days: 0}", "every_days"),
        (
            "- {id: a, title: x, actions: [reminder_sms], every_days: {A: 1, B: 2, C: 3}}",
            r"every_days\.D: Field required",
        ),
        ("- {id: a, title: x, when: balance > 0 or, tags: [b]}" + REST, "cannot be read"),
    ],
)
def test_mistakes(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(f"version: t\ntreatments:\n{content}", encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        load_treatments(path)


def test_a_condition_cannot_escape_from_its_brackets(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    text = "- {id: a, title: x, tags: [b], when: 'balance > 0) or (balance <= 0'}" + REST
    path.write_text(f"version: t\ntreatments:\n{text}", encoding="utf-8")
    with pytest.raises(DataFileError, match="cannot be read"):
        load_treatments(path)


def test_authority_may_name_who_approves(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    relief = (
        "- {id: r, title: x, actions: [relief_offer], every_days: 3, flow: f, "
        'authority: {at_most: 5, approved_by: ["甲\'s", 乙]}}'
    )
    path.write_text(f"version: t\ntreatments:\n{relief}{REST}", encoding="utf-8")
    rules = load_treatments(path)
    offers = [("甲's", 5), ("乙", 6), ("丙", 5), (None, 0)]
    rows = [
        {**dict.fromkeys(SCHEMA), "customer_id": n, "relief_approved_by": by, "relief_waives": waives}
        | {"relief_days_left": 1}
        for n, (by, waives) in enumerate(offers)
    ]
    found = plan(pl.DataFrame(rows, schema=SCHEMA), rules, TODAY)
    assert [each.treatment for each in found] == ["r", "rest", "rest", "rest"]


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="frequent"):
        treatment_of(SHIPPED, "often")
