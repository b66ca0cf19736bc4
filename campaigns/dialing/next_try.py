"""When a member is called again: the retry's wait, the time they asked for, the hour they answer best."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaigns.compliance.facts import CallFacts
from campaigns.compliance.openings import openings
from campaigns.dialing.house import House
from campaigns.outcomes.hours import DayKind, Habit, KindOf, best_time, bucket_of
from campaigns.outcomes.retry import RetryPolicy, Stop
from campaigns.store import ledger
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings, call_facts
from campaigns.store.hours import count_dial, dials_of, portfolio_hours
from campaigns.store.ledger import EndedAttempt
from campaigns.store.models import Attempt, Campaign, PhoneNumber
from campaigns.store.outcomes import open_follow_up
from campaigns.store.priorities import refresh_member

HISTORY = timedelta(days=180)
CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Planned:
    """The next call of a member, and why then; ``callback_at`` where the customer asked for a time."""

    at: datetime
    timing: dict[str, Any]
    callback_at: datetime | None = None


def set_next_try(
    session: Session,
    attempt: EndedAttempt,
    disposition: str,
    at: datetime,
    house: House,
    *,
    callback_at: datetime | None = None,
) -> None:
    """Have the member wait for the next call, or be done, after a dial that ended so."""
    campaign = session.get_one(Campaign, attempt.campaign_id)
    policy = house.retries if campaign.retries is None else house.retries.changed(campaign.retries)
    tries = ledger.tries_of(session, attempt.member_id)
    wish = policy.next_try(disposition, tries, at, callback_at=callback_at)
    if isinstance(wish, Stop):
        ledger.set_next(session, attempt.member_id, next_at=None, outcome=disposition, reason=wish.reason)
        return
    planned = _plan(session, attempt, wish.at, policy, disposition, callback_at, at, house)
    ledger.set_next(
        session,
        attempt.member_id,
        next_at=planned.at,
        outcome=disposition,
        callback_at=planned.callback_at,
        timing=planned.timing,
    )
    refresh_member(session, attempt.member_id, at.astimezone(house.zone).date())


def _plan(
    session: Session,
    attempt: EndedAttempt,
    wished: datetime,
    policy: RetryPolicy,
    disposition: str,
    callback_at: datetime | None,
    now: datetime,
    house: House,
) -> Planned:
    asked = callback_at is not None and wished == callback_at
    if not asked and not policy.goes_to_best_hour(disposition):
        return Planned(wished, {"rule": "wait"}, callback_at)
    facts = _facts(session, attempt, now, house)
    within = timedelta(hours=house.hours.look_ahead_h)
    open_at = [] if facts is None else openings(facts, house.pack, wished, within)
    if asked:
        return _as_asked(session, attempt, wished, open_at, now)
    kind_of = kinds_of_days(house)
    dials = dials_of(session, attempt.customer_id, now - HISTORY)
    habit = Habit(house.hours, portfolio_hours(session), dials, now, house.zone, kind_of)
    best = best_time(open_at, habit, house.hours, house.zone, kind_of, spread=attempt.customer_id)
    if best is None:
        return Planned(wished, {"rule": "wait"}, callback_at)
    return Planned(best.at, best.record(), callback_at)


def _as_asked(
    session: Session,
    attempt: EndedAttempt,
    asked: datetime,
    open_at: list[tuple[datetime, datetime]],
    now: datetime,
) -> Planned:
    """The time that was asked for, or the first that is allowed after it; either is on record."""
    if not open_at:
        # Nobody may dial by machine then, nor later: a person keeps the word that was given.
        open_follow_up(session, attempt.customer_id, CALLBACK, now)
        return Planned(asked, {"rule": "callback_impossible", "asked": asked.isoformat()}, asked)
    first = open_at[0][0]
    if first == asked:
        return Planned(asked, {"rule": "callback"}, asked)
    moved = {"rule": "callback_moved", "asked": asked.isoformat(), "to": first.isoformat()}
    return Planned(first, moved, first)


def _facts(session: Session, attempt: EndedAttempt, now: datetime, house: House) -> CallFacts | None:
    """What a decision about the same number would weigh, none of it promised: only its times are used."""
    member = ledger.member_of(session, attempt.member_id)
    number = session.get(PhoneNumber, attempt.number_id)
    if number is None:
        return None
    gates = frozenset(house.pack.rules.gates)
    today = now.astimezone(house.zone).date()
    around = Surroundings(now, False, False, now - house.pack.look_back, today, gates)
    (facts,) = call_facts(session, member, [number], around)
    return facts


def kinds_of_days(house: House) -> KindOf:
    """What kind of day a date is, by the rule pack's calendar."""

    def kind_of(day: date) -> DayKind:
        return DayKind.OFF if house.pack.is_day_off(day) else DayKind.WORK

    return kind_of


def learn_hour(session: Session, attempt_id: int, answered: bool, house: House) -> None:
    """Count a dial towards the portfolio's habit. Last in its transaction."""
    dialed_at = session.get_one(Attempt, attempt_id).dialed_at
    if dialed_at is not None:
        bucket = bucket_of(dialed_at, house.zone, kinds_of_days(house))
        count_dial(session, bucket, answered, dialed_at, house.hours)
