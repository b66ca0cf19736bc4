"""Which flow is for whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datafile import load_model
from bot.dialogue.flow import flow_names
from bot.errors import DataFileError
from bot.language import language_dir
from campaigns.compliance.facts import Purpose
from campaigns.dialing.audience import Audience
from campaigns.dialing.fitting import Fits, Fitted, fit, shipped_fits
from campaigns.errors import ConflictError

ALL = Audience()


def fitted(flow: str, audience: Audience = ALL, *, invitation: bool = False) -> Fitted:
    return fit(flow, audience, shipped_fits(), speaks_of_debt=True, has_invitation=invitation)


def test_every_flow_that_ships_is_said_to_be_for_somebody() -> None:
    assert set(shipped_fits().flows) == set(flow_names(language_dir("zh")))


@pytest.mark.parametrize(
    ("flow", "low", "high"),
    [
        ("due-reminder", None, 0),
        ("repayment-reminder", 1, 30),
        ("later-stage", 31, 90),
        ("third-party-message", 1, 90),
        ("of-the-house", None, None),
    ],
)
def test_an_audience_is_narrowed_to_whom_the_flow_is_for(
    flow: str, low: int | None, high: int | None
) -> None:
    narrowed = replace(ALL, min_days_past_due=low, max_days_past_due=high)
    assert fitted(flow) == Fitted(Purpose.REMINDER, narrowed)


def test_what_was_asked_for_within_that_stands() -> None:
    wanted = Audience(grades=("B",), min_days_past_due=5, max_days_past_due=9, limit=3)
    assert fitted("repayment-reminder", wanted) == Fitted(Purpose.REMINDER, wanted)


@pytest.mark.parametrize(
    ("flow", "low", "high", "says"),
    [
        ("due-reminder", 1, 30, "not yet late.*repayment-reminder for 1 to 30"),
        ("repayment-reminder", None, 0, "due-reminder for not yet late"),
        ("repayment-reminder", 20, 40, "later-stage for 31 to 90"),
        ("later-stage", 1, 30, "later-stage is for accounts 31 to 90 days past due, not 1 to 30"),
        ("later-stage", 91, None, "not at least 91 days past due"),
    ],
)
def test_others_are_refused_with_what_would_fit(
    flow: str, low: int | None, high: int | None, says: str
) -> None:
    with pytest.raises(ConflictError, match=says):
        fitted(flow, Audience(min_days_past_due=low, max_days_past_due=high))


def test_broken_promises_are_an_audience_of_their_own() -> None:
    assert fitted("broken-promise") == Fitted(Purpose.BROKEN_PROMISE, replace(ALL, broken_promises=True))
    also = fitted("repayment-reminder", Audience(broken_promises=True))
    assert (also.purpose, also.audience.broken_promises) == (Purpose.REMINDER, True)


def test_an_invitation_is_for_the_dormant_and_for_nobody_else() -> None:
    assert fitted("dormant-offer", invitation=True) == Fitted(
        Purpose.MARKETING, replace(ALL, dormant_days=180)
    )
    longer = fitted("dormant-offer", Audience(dormant_days=400), invitation=True)
    assert longer.audience.dormant_days == 400
    for wrong in (Audience(dormant_days=30), Audience(min_days_past_due=1), Audience(broken_promises=True)):
        with pytest.raises(ConflictError, match="dormant-offer is for customers"):
            fitted("dormant-offer", wrong, invitation=True)
    with pytest.raises(ConflictError, match="--invitation TEXT"):
        fitted("dormant-offer")
    with pytest.raises(ConflictError, match="invites to nothing"):
        fitted("repayment-reminder", invitation=True)
    with pytest.raises(ConflictError, match="who owe something"):
        fitted("later-stage", Audience(dormant_days=200))


def test_the_inbound_flow_is_no_campaign() -> None:
    with pytest.raises(ConflictError, match="when customers call in"):
        fitted("inbound")


def test_a_flow_without_a_debt_must_be_listed() -> None:
    with pytest.raises(ConflictError, match=r"fits\.yaml"):
        fit("greeting", ALL, shipped_fits(), speaks_of_debt=False)


@given(
    st.sampled_from(["due-reminder", "repayment-reminder", "later-stage"]),
    st.none() | st.integers(-20, 120),
    st.none() | st.integers(-20, 120),
)
def test_whoever_fits_is_one_whom_the_flow_is_for(flow: str, low: int | None, high: int | None) -> None:
    if low is not None and high is not None and low > high:
        return
    try:
        chosen = fitted(flow, Audience(min_days_past_due=low, max_days_past_due=high)).audience
    except ConflictError:
        return
    first, last = shipped_fits().flows[flow].days
    assert first is None or (chosen.min_days_past_due is not None and chosen.min_days_past_due >= first)
    assert last is None or (chosen.max_days_past_due is not None and chosen.max_days_past_due <= last)


@pytest.mark.parametrize(
    "line",
    [
        "x: {days: [3, 1]}",
        "x: {purpose: marketing}",
        "x: {dormant_days: 3}",
        "x: {purpose: marketing, dormant_days: 3, days: [1, 2]}",
        "x: {purpose: fun}",
    ],
)
def test_a_wrong_line_names_its_flow(tmp_path: Path, line: str) -> None:
    path = tmp_path / "fits.yaml"
    path.write_text(f"version: 1\nflows:\n  {line}\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"flows\.x"):
        load_model(path, Fits)
