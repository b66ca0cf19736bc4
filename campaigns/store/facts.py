"""What a decision weighs, read from the ledger within the transaction that will act on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from campaigns.compliance.area_code import line_of, zones_of
from campaigns.compliance.facts import (
    AttemptFact,
    CallFacts,
    FlagFact,
    NumberFacts,
    Purpose,
    SuppressionFact,
    TalkFact,
    Whereabouts,
)
from campaigns.store import fact_queries as sql
from campaigns.store.approved import invitation_of
from campaigns.store.broken import broken_promise
from campaigns.store.gaps import gap_of
from campaigns.store.holdouts import is_held_out
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import (
    Attempt,
    Call,
    PhoneNumber,
)
from campaigns.store.on_file import OnFile, on_file
from campaigns.store.parting import Kept
from campaigns.store.people import Shared, lock_people, shared
from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not come from the ledger: time, the line, and how far back counts must look."""

    now: datetime
    line_simulated: bool
    clock_virtual: bool
    since: datetime
    today: date  # where the customers are
    flags: frozenset[str] = frozenset()  # imported fields that the rule pack asks for


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest entries about a customer that a decision knew of; anything newer withdraws its call."""

    fact_id: int = 0
    case_id: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts about calling each of a customer's numbers, and up to where they reach."""

    facts: list[CallFacts]
    seen: Seen


def numbers_of(session: Session, customer_id: int) -> Sequence[PhoneNumber]:
    """A customer's numbers in the order of trying: their own first, then as imported."""
    return session.scalars(sql.NUMBERS_OF, {"customer_id": customer_id}).all()


def lock_debtor(session: Session, customer_id: int) -> None:
    """Hold off other workers' decisions about this person, under whatever key, and their numbers until this
    transaction ends.

    Counts read after it are the counts acted on. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    people = lock_people(session, [customer_id])
    mine = select(PhoneNumber.e164).where(PhoneNumber.customer_id.in_(people))
    session.execute(
        select(PhoneNumber.id).where(PhoneNumber.e164.in_(mine)).order_by(PhoneNumber.id).with_for_update()
    )


def call_facts(
    session: Session, member: MemberTurn, numbers: Sequence[PhoneNumber], around: Surroundings
) -> list[CallFacts]:
    """The facts about calling each of ``numbers`` for ``member`` now."""
    return fact_sheet(session, member, numbers, around).facts


def fact_sheet(
    session: Session, member: MemberTurn, numbers: Sequence[PhoneNumber], around: Surroundings
) -> Sheet:
    """As ``call_facts``, with what they reach up to."""
    person = shared(session, member.customer_id)
    values = {
        **person.values,
        "same": person.same,
        "account_id": member.account_id,
        "e164s": [number.e164 for number in numbers],
        "since": around.since,
    }
    # Read first: what comes in after it is newer than what was seen, even if it is weighed.
    circumstances = session.execute(sql.CIRCUMSTANCES, values).one()
    owed = circumstances.most_due if member.purpose is Purpose.MARKETING else circumstances.amount_due
    filed = on_file(session, person, member.account_id)
    others = _Others.read(session, person, values, around.flags)
    attempts = [_Tried(*row) for row in session.execute(sql.ATTEMPTS, values)]
    bars = [
        (SuppressionFact(reason, until, of_number=e164 is not None), e164)
        for reason, until, e164 in session.execute(sql.BARS, values)
    ]
    talks = tuple(TalkFact(at) for at in session.scalars(sql.TALKS, values) if at is not None)
    # Nobody knows what was said in a call that a crash cut off: it counts as a talk.
    talks += tuple(TalkFact(a.fact.at) for a in attempts if a.theirs and a.cut_off)
    talks += tuple(filed.talks)
    cases = frozenset(session.scalars(sql.CASES, values))
    occasion_stands = _occasion_stands(session, member, around.today)
    gap = gap_of(session)
    control_group = member.spares and is_held_out(session, person.same, member.experiment)
    spoken_at = [at for at in (circumstances.spoken_at, *(talk.at for talk in talks)) if at is not None]
    facts = [
        CallFacts(
            now=around.now,
            number=_number_facts(number, filed, others.relations.get(number.e164)),
            line_simulated=around.line_simulated,
            clock_virtual=around.clock_virtual,
            ledger_time=circumstances.ledger_time,
            zones=filed.zones,
            region=circumstances.region,
            last_region=filed.region,
            debt=member.account_id,
            debt_owed=None if owed is None else owed > 0,
            purpose=member.purpose,
            occasion_stands=occasion_stands,
            marketing_consent=False if others.refuse_marketing else circumstances.marketing_consent,
            suppressions=tuple(bar for bar, e164 in bars if e164 in (None, number.e164)),
            open_cases=cases,
            debtor_attempts=tuple(a.fact for a in attempts if a.theirs),
            number_attempts=tuple(a.fact for a in attempts if a.e164 == number.e164),
            talks=talks,
            promise_due=circumstances.promise_due,
            callback_at=circumstances.callback_at,
            campaign_hours=member.window,
            personal_hours=tuple(filed.hours),
            flags=(*filed.flags, *_imported_flags(circumstances, around.flags), *others.flags),
            first_contact_at=min(spoken_at, default=None),
            notice_sent_at=filed.notice_sent_at,
            elsewhere=(*filed.elsewhere, *others.whereabouts),
            callback_elsewhere=others.callback_at,
            gap=gap,
            control_group=control_group,
        )
        for number in numbers
    ]
    return Sheet(facts, Seen(circumstances.fact_id or 0, circumstances.case_id or 0))


@dataclass(frozen=True, slots=True)
class _Tried:
    """One row of ``sql.ATTEMPTS``."""

    theirs: bool  # of the person; else it only was to the same number
    e164: str
    dialed_at: datetime | None
    reserved_at: datetime
    charged: bool
    disposition: str | None
    ended_at: datetime | None
    state: str
    debt: int

    @property
    def cut_off(self) -> bool:
        return self.state == "lost" and self.dialed_at is not None

    @property
    def fact(self) -> AttemptFact:
        outcome = None if self.state == "lost" else self.disposition
        at = self.dialed_at or self.reserved_at
        return AttemptFact(at, self.charged, outcome, self.ended_at, self.debt)


@dataclass(slots=True)
class _Others:
    """What other records of the person have against a call; nothing in them speaks for one."""

    relations: dict[str, str]
    flags: list[FlagFact] = field(default_factory=list)
    whereabouts: list[Whereabouts] = field(default_factory=list)
    callbacks: list[datetime] = field(default_factory=list)
    refuse_marketing: bool = False

    @property
    def callback_at(self) -> datetime | None:
        return max(self.callbacks, default=None)

    @classmethod
    def read(
        cls, session: Session, person: Shared, values: dict[str, Any], wanted: frozenset[str]
    ) -> _Others:
        if len(person.ids) == 1:
            return cls({})
        found = cls({row.e164: row.relation for row in session.execute(sql.OTHER_RELATIONS, values)})
        for record in session.execute(sql.OTHER_RECORDS, values):
            found.flags += [flag for flag in _imported_flags(record, wanted) if flag.given]
            if record.region is not None:
                found.whereabouts.append(Whereabouts((), record.region))
            if record.callback_at is not None:
                found.callbacks.append(record.callback_at)
            found.refuse_marketing |= record.marketing_consent is False
        for former in person.former:
            kept = Kept.from_data(former.kept)
            found.flags += [FlagFact(name, True, former.until) for name in kept.flags if name in wanted]
            if kept.region is not None:
                found.whereabouts.append(Whereabouts((), kept.region))
            if kept.callback_at is not None:
                found.callbacks.append(kept.callback_at)
            found.refuse_marketing |= kept.refused_marketing
        return found


def _number_facts(number: PhoneNumber, filed: OnFile, elsewhere: str | None) -> NumberFacts:
    return NumberFacts(
        number.id,
        number.relation if number.relation != "self" or elsewhere is None else elsewhere,
        NumberStatus(number.status),
        number.status_at,
        number.generated,
        zones_of(number.e164),
        filed.line(number.e164) or line_of(number.e164),
        filed.consent(number.e164),
    )


def _imported_flags(customer: Row[Any], names: frozenset[str]) -> Iterator[FlagFact]:
    """Flags of the customer file. One is as old as the file says in ``<name>_as_of``, else as the customer: a
    later file may have lacked it.
    """
    attributes = customer.attributes
    for name in sorted(names & attributes.keys()):
        told = attributes.get(f"{name}_as_of")
        as_of = datetime.combine(date.fromisoformat(told), time.min, UTC) if told else customer.created_at
        yield FlagFact(name, bool(attributes[name]), as_of)


def _occasion_stands(session: Session, member: MemberTurn, today: date) -> bool | None:
    """Whether what the call is for beside an amount due still is; None where there is no such thing."""
    match member.purpose:
        case Purpose.REMINDER:
            return None
        case Purpose.BROKEN_PROMISE:
            return broken_promise(session, member.account_id) is not None
        case Purpose.MARKETING:
            invitation = invitation_of(session, member.id)
            return invitation is not None and today <= invitation.valid_until


def latest_decision_at(session: Session) -> datetime | None:
    """The high-water mark of the ledger's time: a clock behind it has been moved back."""
    return session.scalars(sql.LATEST_DECISION).one_or_none()


def latest_event_at(session: Session) -> datetime | None:
    """The latest time on record at all: of a decision, or of the end of a call."""
    times = [
        latest_decision_at(session),
        session.scalar(select(func.max(Attempt.ended_at))),
        session.scalar(select(func.max(Call.ended_at))),
    ]
    return max((at for at in times if at is not None), default=None)
