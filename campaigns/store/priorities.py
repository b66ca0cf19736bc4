"""The priority of members in SQL, for one or a million at once, and the facts that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, literal, select, text, update
from sqlalchemy.orm import Session

from campaigns.dialing.priority import (
    BROKEN_BAND,
    CALLBACK_PRIORITY,
    MILLE,
    MOST_CHANCE,
    MOST_VALUE,
    MemberFacts,
    PriorityRules,
    shipped_priorities,
)
from campaigns.store.broken import accounts_to_call_about
from campaigns.store.database import Database
from campaigns.store.extremes import Greatest, Least
from campaigns.store.models import (
    Account,
    Campaign,
    CampaignMember,
    Customer,
    CustomerTag,
    Grade,
    Promise,
)

_WHOLE = literal(MILLE, BigInteger)
# Not all of ``ROOM_FOR_REPORTS``: what checks foreign keys would be planned anew for every row.
_ROOM = text("SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)")
BATCH = 10_000  # ids in one statement: SQLite allows 32,766 parameters


def rules_of(campaign: Campaign) -> PriorityRules:
    """The campaign's own priority rules, else those that ship."""
    if campaign.priorities is None:
        return shipped_priorities()
    return PriorityRules.model_validate(campaign.priorities)


def refresh_campaign(session: Session, campaign_id: int, today: date) -> None:
    """Compute the priority of every open member of a campaign anew."""
    campaign = session.get_one(Campaign, campaign_id)
    room_for_many(session)
    anew = _update(rules_of(campaign), today, of_many=True)
    session.execute(anew.where(CampaignMember.campaign_id == campaign_id))


def refresh_open_campaigns(session: Session, today: date) -> None:
    """After what concerns very many: the members of every campaign that is not over."""
    for campaign_id in session.scalars(select(Campaign.id).where(Campaign.state != "finished")):
        refresh_campaign(session, campaign_id, today)


def refresh_in_steps(database: Database, today: date) -> None:
    """``refresh_open_campaigns`` in many short transactions: workers hand out turns meanwhile.

    Broken off, it leaves some as they were, and is to be begun again.
    """
    with database.reading() as session:
        campaigns = session.scalars(select(Campaign.id).where(Campaign.state != "finished")).all()
    for campaign_id in campaigns:
        last: int | None = 0
        while last is not None:
            with database.transaction() as session:
                last = _refresh_step(session, campaign_id, last, today)


def _refresh_step(session: Session, campaign_id: int, after: int, today: date) -> int | None:
    """The open members whose ids come next; the last of these ids, None when there are none left."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.state == "finished":
        return None
    mine = (CampaignMember.campaign_id == campaign_id, CampaignMember.id > after)
    some = select(CampaignMember.id).where(*mine, CampaignMember.state != "done")
    step = some.order_by(CampaignMember.id).limit(BATCH).subquery()
    last: int | None = session.scalar(select(func.max(step.c.id)))
    if last is not None:
        session.execute(_update(rules_of(campaign), today).where(*mine, CampaignMember.id <= last))
    return last


def refresh_members(session: Session, today: date, *where: ColumnElement[bool]) -> None:
    """Compute the priority of the open members that ``where`` holds for, in whatever campaign they wait."""
    campaigns = session.scalars(
        select(Campaign).where(
            Campaign.state != "finished",
            Campaign.id.in_(select(CampaignMember.campaign_id).where(*where)),
        )
    )
    for campaign in campaigns:
        session.execute(
            _update(rules_of(campaign), today).where(CampaignMember.campaign_id == campaign.id, *where)
        )


def refresh_member(session: Session, member_id: int, today: date) -> None:
    """After an outcome."""
    refresh_members(session, today, CampaignMember.id == member_id)


def refresh_accounts(session: Session, account_ids: Iterable[int], today: date) -> None:
    """After payments on these accounts."""
    for some in _batches(account_ids):
        refresh_members(session, today, CampaignMember.account_id.in_(some))


def refresh_customers(session: Session, customer_ids: Iterable[int], today: date) -> None:
    """After new grades, tags or an agreed time."""
    for some in _batches(customer_ids):
        refresh_members(session, today, CampaignMember.customer_id.in_(some))


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    all_ids = sorted(set(ids))
    return (all_ids[start : start + BATCH] for start in range(0, len(all_ids), BATCH))


def _update(rules: PriorityRules, today: date, *, of_many: bool = False) -> Any:
    """A row that would stay as it is is not written: writing a million costs more than reckoning twice."""
    new = cast(priority(rules, today, of_many=of_many), Integer)
    return (
        update(CampaignMember)
        .where(CampaignMember.state != "done", CampaignMember.priority != new)
        .values(priority=new)
        .execution_options(synchronize_session=False)
    )


def priority(
    rules: PriorityRules, today: date, member: Any = CampaignMember, *, of_many: bool = False
) -> ColumnElement[int]:
    """``campaigns.dialing.priority.value_of`` as an expression over a member, whose account it looks up.

    ``member``: else an alias over rows that become members, with the columns that it goes by. ``of_many``: it
    is asked for so many that it pays to gather first who has a tag or broke a promise (``room_for_many``).
    """
    value = (
        select(_value(rules, today, member, of_many=of_many))
        .where(Account.id == member.account_id)
        .correlate(member)
        .scalar_subquery()
    )
    return case(
        (member.callback_at.is_not(None), CALLBACK_PRIORITY),
        else_=case((_is_broken(member, of_many=of_many), BROKEN_BAND), else_=0) - value,
    )


def room_for_many(session: Session) -> None:
    """Memory for what ``of_many`` gathers: where PostgreSQL has too little it looks through all for each."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ROOM)


def _is_broken(member: Any, *, of_many: bool) -> ColumnElement[bool]:
    broken = accounts_to_call_about()
    if of_many:
        return member.account_id.in_(broken)  # type: ignore[no-any-return]
    # Of this account alone: asked whether it is among them, a database gathers all of them for one member.
    return broken.where(Promise.account_id == member.account_id).correlate(member).exists()


def _value(rules: PriorityRules, today: date, member: Any, *, of_many: bool) -> ColumnElement[int]:
    due = cast(_between(Account.amount_due, 0, MOST_VALUE), BigInteger)
    chance = _grade_chance(rules, member)
    for tag, factor in sorted(rules.tags.items()):
        has_tag = _has_tag(tag, member, of_many=of_many)
        chance = _scaled(chance, case((has_tag, literal(factor, BigInteger)), else_=_WHOLE))
    if rules.after:
        after = {outcome: literal(factor, BigInteger) for outcome, factor in rules.after.items()}
        chance = _scaled(chance, case(after, value=member.outcome, else_=_WHOLE))
    steps = [
        (Account.due_date <= today - timedelta(days=step.from_days), literal(step.per_mille, BigInteger))
        for step in reversed(rules.waiting)
    ]
    waits = case(*steps, else_=literal(0, BigInteger)) if steps else literal(0, BigInteger)
    total = due * chance // MOST_CHANCE + due * waits // MILLE - rules.call_cost
    return _between(total, -MOST_VALUE, MOST_VALUE)


def _grade_chance(rules: PriorityRules, member: Any) -> ColumnElement[int]:
    letter = (
        select(Grade.letter)
        .where(Grade.customer_id == member.customer_id, text("grade.is_current"))
        .correlate(member)
        .scalar_subquery()
    )
    chances = {name: literal(chances.whole, BigInteger) for name, chances in rules.grades.items()}
    none = chances.pop("none")
    return case(chances, value=letter, else_=none)


def _has_tag(tag: str, member: Any, *, of_many: bool) -> ColumnElement[bool]:
    tagged = select(CustomerTag.customer_id).where(CustomerTag.tag == tag, CustomerTag.until.is_(None))
    if of_many:
        return member.customer_id.in_(tagged)  # type: ignore[no-any-return]
    return tagged.where(CustomerTag.customer_id == member.customer_id).correlate(member).exists()


def _scaled(chance: ColumnElement[int], factor: ColumnElement[int]) -> ColumnElement[int]:
    return Least(literal(MOST_CHANCE, BigInteger), chance * factor // MILLE)


def _between(value: Any, least: int, most: int) -> ColumnElement[int]:
    return Greatest(literal(least, BigInteger), Least(literal(most, BigInteger), value))


@dataclass(frozen=True, slots=True)
class QueuedMember:
    """One member in the order of the queue. ``key``: the lender's own for the customer."""

    key: str
    priority: int
    next_at: datetime | None
    timing: dict[str, Any] | None
    reason: str | None
    facts: MemberFacts


def queue_of(
    session: Session, campaign_id: int, now: datetime, today: date, limit: int
) -> list[QueuedMember]:
    """The next members of a campaign: those due by priority, then the others by their time."""
    waiting = (CampaignMember.campaign_id == campaign_id, CampaignMember.state == "waiting")
    due = select(CampaignMember.id).where(*waiting, CampaignMember.next_at <= now)
    ids = session.scalars(
        due.order_by(CampaignMember.priority, CampaignMember.next_at, CampaignMember.id).limit(limit)
    ).all()
    if len(ids) < limit:
        later = select(CampaignMember.id).where(*waiting, CampaignMember.next_at > now)
        order = (CampaignMember.next_at, CampaignMember.priority, CampaignMember.id)
        ids = [*ids, *session.scalars(later.order_by(*order).limit(limit - len(ids)))]
    return _explained(session, ids, today)


def _explained(session: Session, ids: Sequence[int], today: date) -> list[QueuedMember]:
    letter = (
        select(Grade.letter)
        .where(Grade.customer_id == CampaignMember.customer_id, text("grade.is_current"))
        .scalar_subquery()
    )
    rows = session.execute(
        select(CampaignMember, Customer.external_id, Account.amount_due, Account.due_date, letter)
        .join(Customer, Customer.id == CampaignMember.customer_id)
        .join(Account, Account.id == CampaignMember.account_id)
        .where(CampaignMember.id.in_(ids))
    ).all()
    tags: dict[int, set[str]] = {}
    for customer_id, tag in session.execute(
        select(CustomerTag.customer_id, CustomerTag.tag).where(
            CustomerTag.until.is_(None), CustomerTag.customer_id.in_([row[0].customer_id for row in rows])
        )
    ):
        tags.setdefault(customer_id, set()).add(tag)
    accounts = [row[0].account_id for row in rows]
    broken = set(session.scalars(accounts_to_call_about().where(Promise.account_id.in_(accounts))))
    found = {}
    for member, key, amount_due, due_date, grade in rows:
        facts = MemberFacts(
            amount_due,
            (today - due_date).days,
            grade,
            frozenset(tags.get(member.customer_id, ())),
            member.outcome,
            member.account_id in broken,
            member.callback_at is not None,
        )
        found[member.id] = QueuedMember(
            key, member.priority, member.next_at, member.timing, member.reason, facts
        )
    return [found[id_] for id_ in ids]
