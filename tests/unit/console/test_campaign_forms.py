"""Forms of campaigns: what is typed becomes values, or a word that says what would do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.campaign_window import DAYS, CampaignWindow
from campaigns.compliance.effective import load_effective
from campaigns.console.forecast import forecast_of
from campaigns.console.forms import pace_form, window_form
from campaigns.console.forms.audience_form import audience_of
from campaigns.console.forms.campaign_form import campaign_of
from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.console.lists import keys_in
from campaigns.console.view.hours import drawn_days
from campaigns.errors import ConflictError
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.settings import Settings

PACK = load_effective("cn-mainland")
MONDAY = date(2026, 3, 2)
SETTINGS = Settings(
    home=Path("nowhere"), institution="融安消费金融", hotline="4008001234", caller_ids=("+861", "+862")
)


def typed(**fields: str | tuple[str, ...]) -> Typed:
    return Typed({name: (value,) if isinstance(value, str) else value for name, value in fields.items()})


def test_an_audience_as_typed() -> None:
    audience = audience_of(typed(grade=("C", "B"), min_days="1", max_days="30", tag=("dormant",), limit=""))
    assert audience.grades == ("B", "C")
    assert (audience.min_days_past_due, audience.max_days_past_due, audience.limit) == (1, 30, None)
    assert audience.tags == ("dormant",)
    for wrong in ({"min_days": "one"}, {"limit": "0"}, {"min_days": "9" * 30}, {"max_days": "1.5"}):
        with pytest.raises(UnfitError):
            audience_of(typed(**wrong))
    with pytest.raises(ConflictError, match="at least 9"):
        audience_of(typed(min_days="9", max_days="3"))


FIELDS = st.sampled_from(["hours_mon", "not_during", "starts_on", "closed_on"])


@given(st.dictionaries(FIELDS, st.text(max_size=30)))
def test_hours_are_read_or_refused_in_words(fields: dict[str, str]) -> None:
    window, refused = None, ""
    try:
        window = window_form.window_of(typed(hours="own", **fields), PACK, MONDAY)
    except UnfitError as error:
        refused = str(error)
    assert refused or isinstance(window, CampaignWindow)


@pytest.mark.parametrize("hours", ["07:00-12:00", "20:00-23:00", "09:00-10:00, 06:30-07:00"])
def test_hours_out_of_the_laws_are_refused_with_the_laws(hours: str) -> None:
    fields = {f"hours_{day}": "09:00-18:00" for day in DAYS} | {"hours_wed": hours}
    with pytest.raises(UnfitError, match=f"{PACK.hours(MONDAY)}") as refused:
        window_form.window_of(typed(hours="own", **fields), PACK, MONDAY)
    assert any(part in str(refused.value) for part in hours.split(", "))


def test_a_window_goes_into_its_form_and_back() -> None:
    window = CampaignWindow.model_validate(
        {
            "hours": {"mon-fri": [["09:00", "12:00"], ["14:00", "20:00"]]},
            "holidays": False,
            "closed_on": ["2026-03-04"],
        }
    )
    again = window_form.window_of(Typed(window_form.typed_of(window, PACK, MONDAY)), PACK, MONDAY)
    assert again is not None
    for day in (MONDAY, date(2026, 3, 4), date(2026, 3, 7)):
        assert again.on(day, day_off=False) == window.on(day, day_off=False)
    assert window_form.window_of(Typed(window_form.typed_of(None, PACK, MONDAY)), PACK, MONDAY) is None


def test_hours_are_drawn_within_the_laws() -> None:
    early = CampaignWindow.model_validate({"hours": {"mon-sun": [["07:00", "12:00"]]}})
    monday, *_ = drawn_days(PACK, early, MONDAY, 1)
    law = PACK.hours(MONDAY)
    assert law is not None
    assert monday.cut
    assert monday.words == f"{law.start:%H:%M}-12:00"
    assert monday.law[0].x <= monday.own[0].x
    assert not drawn_days(PACK, None, MONDAY, 1)[0].cut


def test_numbers_and_retries_keep_only_what_differs() -> None:
    policy = shipped_retry_policy()
    fields = pace_form.typed_of(SETTINGS, policy, None, None)
    same = Typed(fields)
    assert pace_form.callers_of(same, SETTINGS) is None
    assert pace_form.retries_of(same, policy) is None
    changed = Typed({**fields, "caller": ("+862",), "tries_busy": ("2",), "waits_busy": ("15，60",)})
    assert pace_form.callers_of(changed, SETTINGS) == ("+862",)
    retries = pace_form.retries_of(changed, policy)
    assert retries is not None
    assert {name: (each.after_min, each.max_tries) for name, each in retries.items()} == {
        "busy": ((15, 60), 2)
    }
    with pytest.raises(UnfitError):
        pace_form.callers_of(typed(), SETTINGS)


def test_an_experiment_has_its_arms_from_the_form() -> None:
    fields: dict[str, str | tuple[str, ...]] = {
        "name": "pilot", "flow": "repayment-reminder", "caller": ("+861", "+862"), "experiment": "openings",
        "arm_1": "a", "arm_share_1": "50", "arm_2": "b", "arm_share_2": "40％", "holdout": "10",
    }  # fmt: skip
    design = campaign_of(typed(**fields), SETTINGS, PACK, MONDAY).new.experiment
    assert design is not None
    assert [(arm.name, arm.share) for arm in design.arms] == [("a", 5000), ("b", 4000), ("control", 1000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_keys_of_a_file(encoding: str) -> None:
    assert keys_in("客户号,姓名\nC1,张\n\nC2,李\n".encode(encoding)) == ["客户号", "C1", "C2"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xff\xff", b"a" * 100, b"\x00\x01"])
def test_what_is_no_file_of_keys(content: bytes) -> None:
    with pytest.raises(UnfitError):
        keys_in(content)


def test_a_forecast_scales_a_sample_and_says_how_sure_it_is() -> None:
    told: dict[str, Any] = {
        "members": 50, "of": 500, "line": "simulated", "started_at": "2026-03-02T02:00:00+00:00",
        "finished_at": "2026-03-05T02:00:00+00:00", "cost": {"CNY": "1.5"}, "cost_unknown": [],
        "stages": {"loaded": 50, "eligible": 40, "dialed": 40, "connected": 25, "right_party": 20,
                   "promise": 10},
        "dials": {"dials": 90, "talk_s": 1000}, "money": {"CNY": {"promised": 100, "relief": 7}},
        "days": [{"day": "2026-03-02", "dials": 90, "connected": 25, "promises": 10}],
    }  # fmt: skip
    forecast = forecast_of(told)
    connected = next(each for each in forecast.stages if each.stage == "connected")
    assert connected.members == 250
    assert connected.low < 250 < connected.high
    assert (forecast.dials, forecast.promised, forecast.relief) == (900, {"CNY": 1000}, {"CNY": 70})
    assert forecast.cost == {"CNY": Decimal(15)}
    promise = forecast.stages[-1]
    assert forecast.spread(70) == (
        round(70 * promise.low / promise.members), round(70 * promise.high / promise.members)
    )  # fmt: skip
    assert forecast.spread(0) is None
    assert forecast_of({**told, "cost_unknown": ["simulated"]}).cost is None
    assert forecast_of({**told, "of": 50}).spread(70) is None
    assert forecast_of({**told, "of": 50}).whole
