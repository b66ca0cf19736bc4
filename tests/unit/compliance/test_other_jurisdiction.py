"""Another kind of country is another file: many zones, daylight saving time, no fallback, state caps."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.locality import Place
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Allow, Defer, Refuse
from campaigns.compliance.windows import day_start, next_opening
from tests.unit.compliance.build import DAY, american, attempt, facts, number, talk, tried, write_pack

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")


@pytest.fixture
def pack(tmp_path: Path) -> EffectivePack:
    return american(tmp_path)


def at(zone: ZoneInfo, day: int, hour: int, minute: int = 0) -> datetime:
    """March 2026; the clocks go forward on Sunday the 8th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


def test_every_zone_where_the_customer_may_be_must_allow(pack: EffectivePack) -> None:
    both = ("America/New_York", "America/Los_Angeles")
    morning = facts(
        now=at(NEW_YORK, 3, 10), zones=both, region="New York", number=number(status_at=at(NEW_YORK, 1, 9))
    )
    verdict = decide(morning, pack)
    assert isinstance(verdict, Defer)
    assert verdict.until == at(LOS_ANGELES, 3, 9)
    allowed = decide(facts(now=at(LOS_ANGELES, 3, 9), zones=both, region="New York"), pack)
    assert allowed == Allow(window_end=at(NEW_YORK, 3, 20))


def test_no_zone_no_call(pack: EffectivePack) -> None:
    for region in (None, "Atlantis"):
        verdict = decide(facts(region=region), pack)
        assert isinstance(verdict, Refuse)
        assert verdict.reason is Reason.ZONE_UNKNOWN


def test_a_region_gives_the_zone(pack: EffectivePack) -> None:
    verdict = decide(facts(now=at(LOS_ANGELES, 3, 8), region="california"), pack)
    assert isinstance(verdict, Defer)
    assert verdict.until == at(LOS_ANGELES, 3, 9)


def test_a_closed_day_is_skipped_across_the_change_of_clocks(pack: EffectivePack) -> None:
    saturday_night = facts(now=at(NEW_YORK, 7, 22), region="New York")
    verdict = decide(saturday_night, pack)
    assert isinstance(verdict, Defer)
    assert verdict.until == datetime(
        2026, 3, 9, 13, tzinfo=UTC
    )  # 09:00 in summer time, 14:00 UTC a week before


@pytest.mark.parametrize(("region", "allowed"), [("New York", True), ("Massachusetts", False)])
def test_a_state_may_have_a_lower_cap(pack: EffectivePack, region: str, allowed: bool) -> None:
    two = tried(attempt(at(NEW_YORK, 3, 12)), attempt(at(NEW_YORK, 4, 12)))
    verdict = decide(facts(now=at(NEW_YORK, 6, 12), region=region, **two), pack)
    assert isinstance(verdict, Allow) is allowed
    if isinstance(verdict, Defer):
        assert verdict.until == at(NEW_YORK, 10, 9)  # the third counts as the first of seven days


def test_the_day_of_the_talk_is_the_first_of_the_seven(pack: EffectivePack) -> None:
    late = at(NEW_YORK, 10, 19, 50)
    verdict = decide(facts(now=late + DAY / 2, region="New York", talks=(talk(late),)), pack)
    assert isinstance(verdict, Defer)
    assert (verdict.reason, verdict.until) == (Reason.AFTER_TALK, at(NEW_YORK, 17, 9))


def test_repeated_and_skipped_local_times_are_read_strictly(tmp_path: Path) -> None:
    hours = {"hard": ["01:30", "23:00"], "default": ["01:30", "23:00"]}
    times = {
        "fallback_zone": "America/New_York",
        "window": hours,
        "days_off": {"window": None},
        "last_start_margin_s": {"default": 0},
        "hang_up_at_window_end": True,
    }
    pack = write_pack(tmp_path, times=times)
    place = [Place(NEW_YORK, time.min)]
    autumn = next_opening(pack, place, datetime(2026, 11, 1, 5, 0, tzinfo=UTC))  # 01:00, the first time round
    assert autumn is not None
    assert autumn.at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30, the second time round
    assert day_start(ZoneInfo("America/Havana"), datetime(2026, 3, 8, tzinfo=UTC).date()) == datetime(
        2026, 3, 8, 5, tzinfo=UTC
    )  # midnight is skipped there: the day begins at 01:00
