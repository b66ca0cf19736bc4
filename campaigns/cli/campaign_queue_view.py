"""The queue of a campaign and its hours on a terminal. Of customers only the lender's own key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from rich.console import Console

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.reasons import reason_text
from campaigns.dialing.priority import MOST_CHANCE, PriorityRules, Value, value_of
from campaigns.store.priorities import QueuedMember
from campaigns.tables import Table


def print_queue(
    members: Sequence[QueuedMember], rules: PriorityRules, now: datetime, zone: tzinfo, language: str
) -> None:
    """Print who is next, and why."""
    if not members:
        Console().print("Nobody waits in this campaign.")
        return
    table = Table("", "Customer", "Due", "Value", "Why", title="Called next")
    for place, member in enumerate(members, 1):
        value = value_of(member.facts, rules)
        due = "now" if member.next_at is None or member.next_at <= now else _clock(member.next_at, zone)
        why = [_first(value), _value(value), *_timing(member, zone, language)]
        table.add_row(str(place), member.key, due, f"{value.total / 100:,.2f}", "; ".join(filter(None, why)))
    Console().print(table)


def _first(value: Value) -> str:
    if value.callback:
        return "asked to be called then"
    return "broke a promise" if value.broken else ""


def _value(value: Value) -> str:
    factors = "".join(f" × {factor / 1000:g} {name}" for name, factor in value.factors)
    grade = "no grade" if value.grade == "none" else f"grade {value.grade}"
    return (
        f"call brings {value.brings / 100:,.2f} (chance {value.chance / MOST_CHANCE:.1%}, {grade}{factors}), "
        f"waiting costs {value.waiting / 100:,.2f} a day"
    )


def _timing(member: QueuedMember, zone: tzinfo, language: str) -> list[str]:
    told: dict[str, Any] = member.timing or {}
    if told.get("rule") == "best_hour":
        return [
            f"answers best at {told['hour']}:00 on a day {'off' if told['day'] == 'off' else 'of work'}: "
            f"{told['chance'] / 10:g} % ({told['answers']} of {told['dials']} dials), "
            f"at the soonest {told['soonest'] / 10:g} %"
        ]
    if told.get("rule") == "callback_moved":
        return [f"asked for {_clock(datetime.fromisoformat(told['asked']), zone)}, which is not allowed"]
    return [reason_text(member.reason, language)] if member.reason else []


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"


def print_windows(
    name: str, window: CampaignWindow | None, pack: EffectivePack, first: date, days: int
) -> None:
    """Print the hours of the coming days. Where a region's law opens later, it holds for its customers."""
    console = Console()
    console.print(f"Campaign {name}: {window or 'no window of its own'}; rule pack {pack.identity}")
    table = Table("Day", "", "The law", "This campaign")
    for day in (first + timedelta(days=n) for n in range(days)):
        law, off = pack.hours(day), pack.is_day_off(day)
        own = [law] if law else []
        if window is not None:
            own = window.within(own, day, day_off=off)
        calls = ", ".join(map(str, own)) or "closed"
        table.add_row(f"{day:%Y-%m-%d %a}", "off" if off else "", str(law or "closed"), calls)
    console.print(table)
