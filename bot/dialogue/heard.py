"""What an utterance holds, made ready for guards and slots: money, day, moment, digits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.dialogue.brief import Debt
from bot.dialogue.speech import Speech
from bot.nlu.interpreter import Understanding

DAY_CALLBACK = time(10, 0)
"""When to call back on a day named without an hour. A house choice: inside every window, not at its edge."""


@dataclass(frozen=True, slots=True)
class Heard:
    """``money`` in minor units; ``day`` a date; ``moment`` an aware datetime; None where nothing was said.

    ``money`` of a share or of "all" and "the minimum" needs the ledger, so it is None before identity.
    """

    money: int | None = None
    day: date | None = None
    moment: datetime | None = None
    digits: str | None = None
    id_tail_matches: bool = False
    keyword: str | None = None
    vague: str | None = None  # a day that has to be asked for: payday, holiday, some_days

    def has(self, kinds: list[str]) -> bool:
        """Whether one of these was said."""
        return any(getattr(self, kind, None) is not None for kind in kinds)


NOTHING = Heard()


def read(
    understanding: Understanding, now: datetime, zone: tzinfo, speech: Speech, id_tail: str, debt: Debt | None
) -> Heard:
    """Make an utterance ready. ``debt`` is None before identity is confirmed."""
    keyword = understanding.entity("keyword_amount")
    vague = understanding.entity("vague_date")
    digits = _digits(understanding, speech)
    return Heard(
        money=_money(understanding, debt),
        day=_day(understanding, zone),
        moment=_moment(understanding, now, zone),
        digits=digits,
        id_tail_matches=bool(id_tail and digits and digits.endswith(id_tail.upper())),
        keyword=str(keyword.value) if keyword else None,
        vague=str(vague.value) if vague else None,
    )


def _money(understanding: Understanding, debt: Debt | None) -> int | None:
    entity = understanding.entity("amount", "share", "keyword_amount")
    if entity is None:
        return None
    value = entity.value
    if entity.kind == "amount":
        return value if isinstance(value, int) else None
    if debt is None:
        return None
    if entity.kind == "share":
        return debt.amount_due * value // 100 if isinstance(value, int) else None
    return debt.minimum_due if value == "minimum" else debt.amount_due


def _day(understanding: Understanding, zone: tzinfo) -> date | None:
    entity = understanding.entity("date", "datetime")
    if entity is None:
        return None
    if isinstance(entity.value, datetime):
        return entity.value.astimezone(zone).date()
    return entity.value if isinstance(entity.value, date) else None


def _moment(understanding: Understanding, now: datetime, zone: tzinfo) -> datetime | None:
    entity = understanding.entity("datetime", "time", "date")
    if entity is None:
        return None
    value = entity.value
    if isinstance(value, datetime):
        return value
    if isinstance(value, time):
        clock = understanding.entity("date")
        day = clock.value if clock and isinstance(clock.value, date) else None
        moment = datetime.combine(day or now.astimezone(zone).date(), value, tzinfo=zone)
        return moment if day or moment > now else moment + timedelta(days=1)
    if isinstance(value, date):
        hour = understanding.entity("time")
        at = hour.value if hour and isinstance(hour.value, time) else DAY_CALLBACK
        return datetime.combine(value, at, tzinfo=zone)
    return None


def _digits(understanding: Understanding, speech: Speech) -> str | None:
    """The longest run of digits, whether the interpreter marked it or it was spoken in words."""
    runs = speech.digits_in(understanding.text).split()
    marked = understanding.entity("digits")
    if marked is not None:
        runs.append(str(marked.value).upper())
    long_enough = [run for run in runs if len(run) >= 3]
    return max(long_enough, key=len) if long_enough else None
