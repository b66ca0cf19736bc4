"""Facts and packs for the tests: a call that may be placed, to be spoilt one fact at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.datafile import read_yaml
from campaigns.compliance.effective import EffectivePack, effective, load_effective
from campaigns.compliance.facts import (
    AttemptFact,
    CallFacts,
    Consent,
    FlagFact,
    LineType,
    NumberFacts,
    TalkFact,
)
from campaigns.compliance.overrides import load_overrides
from campaigns.compliance.pack import PACKS, load_pack
from telephony.status import NumberStatus

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def local(
    day: int, hour: int, minute: int = 0, second: int = 0, *, month: int = 3, year: int = 2026
) -> datetime:
    """A moment in Shanghai. 2026-03-02 is a Monday, and no holiday is near."""
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


MONDAY_NOON = local(2, 12)


def number(**changes: Any) -> NumberFacts:
    good = NumberFacts(
        id=7, relation="self", status=NumberStatus.ACTIVE, status_at=local(1, 12), generated=False
    )
    return replace(good, **changes)


def facts(**changes: Any) -> CallFacts:
    """A call that the rules allow: noon on a working day, one good number, nothing on record."""
    good = CallFacts(
        now=MONDAY_NOON,
        number=number(),
        line_simulated=False,
        clock_virtual=False,
        ledger_time=None,
        zones=(),
        region="广东省",
        debt_owed=True,
    )
    return replace(good, **changes)


def attempt(at: datetime, outcome: str | None = "no_answer", *, charged: bool = True) -> AttemptFact:
    return AttemptFact(at=at, charged=charged, outcome=outcome)


def tried(*attempts: AttemptFact) -> dict[str, tuple[AttemptFact, ...]]:
    """Attempts on the one number of the customer: they count for both."""
    return {"debtor_attempts": attempts, "number_attempts": attempts}


def talk(at: datetime) -> TalkFact:
    return TalkFact(at)


@cache
def china() -> EffectivePack:
    return load_effective("cn-mainland")


@cache
def us() -> EffectivePack:
    return load_effective("us-reg-f")


def clear(at: datetime) -> tuple[FlagFact, ...]:
    """Every fact that the United States pack asks for: on file, and not given."""
    return tuple(FlagFact(name, False, at) for name in us().rules.gates)


def us_facts(**changes: Any) -> CallFacts:
    """A call in the United States that the rules allow: noon in New York, a cell phone, consent on file."""
    now = changes.get("now", datetime(2026, 3, 3, 12, tzinfo=NEW_YORK))
    cell = number(
        status_at=now - HOUR,
        zones=("America/New_York",),
        line=LineType.WIRELESS,
        consent=Consent.GIVEN,
    )
    good = {"now": now, "number": cell, "region": "New York", "flags": clear(now - DAY), "debt": 1}
    return facts(**(good | changes))


def write_pack(folder: Path, name: str = "test-pack", **sections: Any) -> EffectivePack:
    """The shipped pack with whole sections replaced, read back from a file as any pack is."""
    content = {**read_yaml(PACKS / "cn-mainland.yaml"), "id": name, **sections}
    rules = content.keys() - {"schema", "id", "version", "sources", "basis"}
    content["basis"] = {rule: {"default": ["house"]} for rule in sorted(rules) if content[rule]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return effective(load_pack(name, folder))


def write_overrides(folder: Path, text: str) -> Path:
    path = folder / "overrides.yaml"
    path.write_text(f"schema: xiaorong-rulepack-overrides/1\npack: cn-mainland\n{text}", encoding="utf-8")
    return path


def china_with(folder: Path, text: str) -> EffectivePack:
    return effective(load_pack("cn-mainland"), load_overrides(write_overrides(folder, text)))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def american(folder: Path) -> EffectivePack:
    """Another jurisdiction, as a file: many zones, no fallback, no calendar, a state with a lower cap."""
    hours = {"hard": ["08:00", "21:00"], "default": ["09:00", "20:00"]}
    return write_pack(
        folder,
        "us-test",
        times={
            "fallback_zone": None,
            "window": hours,
            "days_off": {"weekdays": ["sunday"], "window": None},
            "last_start_margin_s": {"hard": 420, "default": 420},
            "hang_up_at_window_end": True,
        },
        regions={
            "US-NY": {"names": ["New York"], "zones": ["America/New_York"]},
            "US-CA": {"names": ["California"], "zones": ["America/Los_Angeles"]},
            "US-MA": {"names": ["Massachusetts"], "zones": ["America/New_York"], "caps": {"attempts_7d": 2}},
        },
        caps={
            "attempts_7d": {"counts": "attempts", "per": "debtor", "days": 7, "hard": 7, "default": 3},
            "attempts_day": {"counts": "attempts", "per": "debtor", "days": 1, "hard": None, "default": 1},
        },
        cooldown={
            "after_talk_h": {"default": 0},
            "after_talk_days": {"hard": 7, "default": 7},
            "after_promise_days": {"default": 1},
        },
    )
