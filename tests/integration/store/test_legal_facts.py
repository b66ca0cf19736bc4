"""Facts on file reach the decision, are taken back by a later record, and stop a call decided before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.compliance.facts import CallFacts, Consent, FlagFact, LineType, TalkFact
from campaigns.compliance.personal import PersonalHours
from campaigns.dialing.audience import Audience
from campaigns.dialing.reserve import Declined, Reserved, Rules, weigh_turn
from campaigns.errors import ConflictError, NotFoundError, StoreError
from campaigns.store import legal
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.handout import claim_due
from campaigns.store.ledger import Reservation, start_dial
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import Customer, FollowUp, PhoneNumber, Suppression
from campaigns.store.outcomes import open_follow_up
from campaigns.store.verify import verify
from tests.integration.store.rows import AT, add_customer, add_worker

PACK = load_effective("cn-mainland")
LOG = LogSeal(b"k" * 32)
RULES = Rules(PACK, LOG, "w", "zh")
AROUND = Surroundings(
    AT, True, True, AT - timedelta(days=31), AT.date(), frozenset({"bankruptcy", "time_barred"})
)


def filing(session: Session, customer: Customer, kind: str, **changes: Any) -> int:
    values = {"given": True, "as_of": AT, "at": AT, "by": "x", **changes}
    return legal.record_fact(session, customer.id, kind, **values)


def facts_of(session: Session, customer: Customer) -> CallFacts:
    turn = MemberTurn(0, 0, customer.id, customer.accounts[0].id, 0, "running")
    return call_facts(session, turn, numbers_of(session, customer.id), AROUND)[0]


def test_what_is_on_file_is_weighed(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        customer = add_customer(session)
        e164 = customer.numbers[0].e164
        filing(session, customer, "consent", evidence="form 1")
        filing(session, customer, "line", e164=e164, details={"line": "landline"})
        filing(session, customer, "location", details={"zone": "Asia/Urumqi", "region": "新疆"})
        filing(session, customer, "hours", given=False, details={"start": "09:00", "end": "12:00"})
        filing(session, customer, "hours", details={"start": "20:00", "weekdays": [5]}, evidence="letter 2")
        filing(session, customer, "notice", as_of=AT - timedelta(days=2))
        filing(session, customer, "talk", as_of=AT - timedelta(days=3), details={"by": "agency"})
        filing(session, customer, "deceased", given=False)
        filing(session, customer, "other_debt", account_id=customer.accounts[0].id)
        found = facts_of(session, customer)
    assert found.number.consent is Consent.GIVEN
    assert found.number.line is LineType.LANDLINE
    assert (found.zones, found.last_region) == (("Asia/Urumqi",), "新疆")
    assert found.personal_hours == (
        PersonalHours(False, time(9), time(12)),
        PersonalHours(True, time(20), weekdays=(5,), written=True),
    )
    assert found.notice_sent_at == AT - timedelta(days=2)
    assert found.talks == (TalkFact(AT - timedelta(days=3), "agency"),)
    assert found.first_contact_at == AT - timedelta(days=3)
    assert set(found.flags) == {FlagFact("deceased", False, AT), FlagFact("other_debt", True, AT)}


def test_another_debt_and_another_number_are_another_matter(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        customer, other = add_customer(session), add_customer(session)
        filing(session, customer, "dispute_pending", account_id=other.accounts[0].id)
        filing(session, customer, "consent", e164=other.numbers[0].e164, evidence="x")
        found = facts_of(session, customer)
    assert found.flags == ()
    assert found.number.consent is Consent.NONE


def test_the_latest_word_on_consent_counts(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        customer = add_customer(session)
        filing(session, customer, "consent", evidence="x", as_of=AT - timedelta(days=9))
        assert facts_of(session, customer).number.consent is Consent.GIVEN
        filing(session, customer, "consent", given=False, as_of=AT - timedelta(days=1))
        assert facts_of(session, customer).number.consent is Consent.REVOKED
        filing(session, customer, "consent", evidence="older form", as_of=AT - timedelta(days=5))
        assert facts_of(session, customer).number.consent is Consent.REVOKED


def test_a_fact_is_taken_back_and_never_changed(database: Database) -> None:
    with database.transaction() as session:
        customer = add_customer(session)
        first = filing(session, customer, "bankruptcy")
        filing(session, customer, "bankruptcy", given=False)
        assert [flag.given for flag in facts_of(session, customer).flags] == [False]
        with pytest.raises(ConflictError, match="already"):
            legal.withdraw_fact(session, first, at=AT, by="x", evidence="")
        with pytest.raises(NotFoundError):
            legal.withdraw_fact(session, 999, at=AT, by="x", evidence="")
    for change in ("UPDATE legal_fact SET given = true", "DELETE FROM legal_fact"):
        with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
            session.execute(text(change))


def test_a_flag_of_the_customer_file_is_as_old_as_the_file_says(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        customer = add_customer(session)
        customer.attributes = {"bankruptcy": 0, "time_barred": 1, "time_barred_as_of": "2026-03-01", "x": 1}
        session.flush()
        flags = facts_of(session, customer).flags
    assert flags == (
        FlagFact("bankruptcy", False, AT),
        FlagFact("time_barred", True, datetime(2026, 3, 1, tzinfo=UTC)),
    )


def turns(database: Database, campaigns: int) -> list[tuple[int, int, int]]:
    """One customer in so many campaigns, with a turn in each: campaign, member, turn."""
    with database.transaction() as session:
        add_customer(session)
        add_worker(session, "w")
        given = []
        for n in range(campaigns):
            made = create_campaign(
                session, f"c{n}", "f", Audience(), concurrency=1, calls_per_second=1, at=AT
            )
            start_campaign(session, made.id, AT)
            given += [(made.id, turn.member_id, turn.turn) for turn in claim_due(session, made.id, AT, 1)]
    return given


def reserve(database: Database) -> Reservation:
    [(campaign, member, turn)] = turns(database, 1)
    with database.transaction() as session:
        weighed = weigh_turn(session, member, turn, campaign, RULES, lambda: AROUND)
    assert isinstance(weighed, Reserved)
    return weighed.reservation


def dispute(session: Session, reservation: Reservation) -> None:
    customer = session.get_one(Customer, reservation.customer_id)
    filing(session, customer, "dispute_pending")


def revoke(session: Session, reservation: Reservation) -> None:
    filing(session, session.get_one(Customer, reservation.customer_id), "consent", given=False)


def complain(session: Session, reservation: Reservation) -> None:
    open_follow_up(session, reservation.customer_id, "complaint", AT, urgent=True)


def nothing(_session: Session, _reservation: Reservation) -> None:
    return


@pytest.mark.parametrize(
    ("change", "dialled"), [(nothing, True), (dispute, False), (revoke, False), (complain, False)]
)
def test_what_comes_on_file_between_decision_and_dial_stops_the_dial(
    sqlite_database: Database, change: Callable[[Session, Reservation], None], dialled: bool
) -> None:
    reservation = reserve(sqlite_database)
    with sqlite_database.transaction() as session:
        change(session, reservation)
    with sqlite_database.transaction() as session:
        assert start_dial(session, reservation, AT + timedelta(seconds=1), "w") is dialled


def test_what_was_on_file_before_does_not(sqlite_database: Database) -> None:
    [(campaign, member, turn)] = turns(sqlite_database, 1)
    with sqlite_database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        filing(session, customer, "consent", evidence="x")
        open_follow_up(session, customer.id, "callback", AT)
    with sqlite_database.transaction() as session:
        weighed = weigh_turn(session, member, turn, campaign, RULES, lambda: AROUND)
    assert isinstance(weighed, Reserved)
    with sqlite_database.transaction() as session:
        assert start_dial(session, weighed.reservation, AT + timedelta(seconds=1), "w")


def test_workers_at_once_reserve_one_call_and_record_every_decision(database: Database) -> None:
    given = turns(database, 6)

    def weigh(turn: tuple[int, int, int]) -> object:
        with database.transaction() as session:
            return weigh_turn(session, turn[1], turn[2], turn[0], RULES, lambda: AROUND)

    with ThreadPoolExecutor(3 if database.is_sqlite else 6) as threads:
        weighed = list(threads.map(weigh, given))
    assert [type(each) for each in weighed].count(Reserved) == 1
    assert [type(each) for each in weighed].count(Declined) == 5
    found = verify(database, LOG)
    assert (found.broken, found.records) == (None, 6)


def test_counts_follow_the_number_to_another_customer(sqlite_database: Database) -> None:
    """Records that are split or merged never lower a count: the number keeps its own."""
    reservation = reserve(sqlite_database)
    with sqlite_database.transaction() as session:
        start_dial(session, reservation, AT, "w")
        other = add_customer(session)
        e164 = reservation.e164
        session.execute(update(PhoneNumber).where(PhoneNumber.customer_id == other.id).values(e164=e164))
        session.expire_all()
        found = facts_of(session, other)
        assert (len(found.debtor_attempts), len(found.number_attempts)) == (0, 1)
        bar = Suppression(e164=e164, reason="wrong_party", created_at=AT)
        session.add(bar)
        session.flush()
        assert [bar.reason for bar in facts_of(session, other).suppressions] == ["wrong_party"]
        assert session.scalars(select(FollowUp)).all() == []
    assert replace(found, debtor_attempts=()) == found
