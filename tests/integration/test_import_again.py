"""What a second import may change, and what it must leave alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from campaigns.store.customers import customer_by_external_id
from campaigns.store.database import Database
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    PhoneNumber,
    Promise,
    ReliefOffer,
    Suppression,
)
from campaigns.store.numbers import NumberCheck, numbers_to_check, set_number_status, set_number_statuses
from telephony.status import NumberStatus
from tests.integration.import_world import AS_OF, HEADERS, RELIEF, TOMORROW, load, row, write

OFFER = ["50", "2026-12-01", "李主管", "2026-11-30"]


def test_ledgers_follow_the_file_and_what_calls_taught_stays(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path / "a.csv", [row(1)]))
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        number_id, customer_id = customer.numbers[0].id, customer.id
        assert set_number_status(session, number_id, NumberStatus.EMPTY, "line", AS_OF)
        session.add(Suppression(customer_id=customer_id, reason="stop_calling", created_at=AS_OF))
    report = load(database, write(tmp_path / "b.csv", [row(1, name="王晓明", due="7")]), TOMORROW)
    assert report.updated == 1
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        assert (customer.id, customer.name) == (customer_id, "王晓明")
        assert (customer.created_at, customer.updated_at) == (AS_OF, TOMORROW)
        assert (customer.accounts[0].amount_due, customer.accounts[0].days_past_due) == (700, 4)
        (number,) = customer.numbers
        assert (number.status, number.status_source, number.status_at) == ("empty", "line", AS_OF)
        assert session.query(Suppression).count() == 1


def test_a_file_that_does_not_tell_something_does_not_unlearn_it(database: Database, tmp_path: Path) -> None:
    headers = [*HEADERS, "性别", "省份", "证件尾号", "号码归属"]
    load(database, write(tmp_path / "a.csv", [[*row(1), "女", "新疆", "002x", "担保人"]], headers))
    load(database, write(tmp_path / "b.csv", [row(1)]))
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        assert (customer.gender, customer.region, customer.id_tail) == ("female", "新疆", "002X")
        assert customer.numbers[0].relation == "guarantor_or_joint"
    load(database, write(tmp_path / "c.csv", [[*row(1), "女", "新疆", "002x", "本人"]], headers))
    with database.transaction() as session:
        assert customer_by_external_id(session, "00001").numbers[0].relation == "self"


def test_the_files_word_on_a_number_counts_until_anyone_else_speaks(
    database: Database, tmp_path: Path
) -> None:
    headers = [*HEADERS, "号码状态"]
    load(database, write(tmp_path / "a.csv", [row(1), row(2)]))
    with database.transaction() as session:
        known = customer_by_external_id(session, "00002").numbers[0].id
        set_number_status(session, known, NumberStatus.ACTIVE, "lookup", AS_OF)
    load(database, write(tmp_path / "b.csv", [[*row(1), "停机"], [*row(2), "停机"]], headers), TOMORROW)
    with database.transaction() as session:
        told = {n.customer.external_id: (n.status, n.status_source) for n in session.query(PhoneNumber)}
    assert told == {"00001": ("suspended", "file"), "00002": ("active", "lookup")}


def test_an_offer_is_replaced_never_doubled_and_withdrawn_when_it_is_gone(
    database: Database, tmp_path: Path
) -> None:
    headers = [*HEADERS, *RELIEF]

    def offers() -> list[tuple[int, str]]:
        with database.transaction() as session:
            found = session.scalars(select(ReliefOffer).order_by(ReliefOffer.id))
            return [(offer.waives, offer.valid_until.isoformat()) for offer in found]

    load(database, write(tmp_path / "a.csv", [[*row(1), *OFFER]], headers))
    load(database, write(tmp_path / "a.csv", [[*row(1), *OFFER]], headers), TOMORROW)
    assert offers() == [(5_000, "2026-11-30")]
    load(database, write(tmp_path / "b.csv", [[*row(1), "60", *OFFER[1:]]], headers), TOMORROW)
    assert offers() == [(6_000, "2026-11-30")]
    load(database, write(tmp_path / "c.csv", [row(1)]), TOMORROW)
    assert offers() == [(6_000, "2026-11-30")], "a file that tells no reliefs takes none away"
    load(database, write(tmp_path / "d.csv", [[*row(1), "", "", "", ""]], headers), TOMORROW)
    assert offers() == [(6_000, "2026-11-23")]


def test_an_offer_that_a_promise_was_made_on_is_kept_beside_the_new_one(
    database: Database, tmp_path: Path
) -> None:
    headers = [*HEADERS, *RELIEF]
    load(database, write(tmp_path / "a.csv", [[*row(1), *OFFER]], headers))
    _promise_on_the_offer(database)
    load(database, write(tmp_path / "b.csv", [[*row(1), "60", *OFFER[1:]]], headers), TOMORROW)
    with database.transaction() as session:
        old, new = session.scalars(select(ReliefOffer).order_by(ReliefOffer.id))
        assert (old.waives, old.valid_until) == (5_000, AS_OF.date())
        assert (new.waives, new.valid_until.isoformat()) == (6_000, "2026-11-30")


def test_numbers_to_check_are_the_unknown_and_the_stale(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path / "a.csv", [row(n) for n in range(4)]))
    with database.transaction() as session:
        first, second, third, fourth = numbers_to_check(session)
        checks = [
            NumberCheck(second.id, NumberStatus.ACTIVE, "lookup", AS_OF),
            NumberCheck(third.id, NumberStatus.EMPTY, "lookup", TOMORROW),
        ]
        assert set_number_statuses(session, checks) == 2
        assert [n.id for n in numbers_to_check(session)] == [first.id, fourth.id]
        assert [n.id for n in numbers_to_check(session, stale_before=TOMORROW)] == [
            first.id,
            second.id,
            fourth.id,
        ]
        assert numbers_to_check(session, after_id=first.id, limit=1) == [fourth]


def test_an_older_check_never_overrules_a_newer_one(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path / "a.csv", [row(1)]))
    with database.transaction() as session:
        (number,) = numbers_to_check(session)
        assert set_number_status(session, number.id, NumberStatus.EMPTY, "line", TOMORROW)
        assert not set_number_status(session, number.id, NumberStatus.ACTIVE, "lookup", AS_OF)
        assert not set_number_status(session, 10**6, NumberStatus.ACTIVE, "lookup", AS_OF)
    with database.transaction() as session:
        assert customer_by_external_id(session, "00001").numbers[0].status == "empty"


def _promise_on_the_offer(database: Database) -> None:
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        account, number = customer.accounts[0], customer.numbers[0]
        offer = session.scalars(select(ReliefOffer)).one()
        campaign = Campaign(name="c", flow="f", concurrency=1, calls_per_second=1.0, created_at=AS_OF)
        session.add(campaign)
        session.flush()
        member = CampaignMember(campaign_id=campaign.id, customer_id=customer.id, account_id=account.id)
        session.add(member)
        session.flush()
        attempt = Attempt(
            member_id=member.id,
            campaign_id=campaign.id,
            customer_id=customer.id,
            number_id=number.id,
            e164=number.e164,
            turn=1,
            n=1,
            state="ended",
            worker="w",
            reserved_at=AS_OF,
        )
        session.add(attempt)
        session.flush()
        call = Call(
            attempt_id=attempt.id,
            campaign_id=campaign.id,
            customer_id=customer.id,
            line="simulated",
            line_call_id="1",
            flow="f",
            flow_version="1",
            started_at=AS_OF,
            ended_at=AS_OF + timedelta(minutes=2),
            cause="normal",
            disposition="promise",
        )
        session.add(call)
        session.flush()
        session.add(
            Promise(
                call_id=call.id,
                customer_id=customer.id,
                account_id=account.id,
                amount=10_050,
                currency="CNY",
                due=TOMORROW.date(),
                relief_offer_id=offer.id,
                made_at=AS_OF,
            )
        )
