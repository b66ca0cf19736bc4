"""Records of one person: merged, split, called once, explained; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, update

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.compliance.facts import Consent
from campaigns.customers.importer import ImportReport, import_customers
from campaigns.customers.numbers.trust import Word
from campaigns.dialing.audience import Audience
from campaigns.dialing.priority import CALLBACK_PRIORITY
from campaigns.dialing.reserve import Declined, Reserved, Rules, Weighed, weigh_turn
from campaigns.errors import ConflictError, NotFoundError, StoreError
from campaigns.store import legal
from campaigns.store.briefs import subject_of_number
from campaigns.store.campaigns import agree_callback, create_campaign, start_campaign
from campaigns.store.customer_facts import customer_facts
from campaigns.store.database import Database, Session
from campaigns.store.decisions import count_decisions, decisions_of
from campaigns.store.duplicates import duplicates
from campaigns.store.facts import Surroundings, numbers_of
from campaigns.store.handout import claim_due
from campaigns.store.ledger import end_attempt, start_dial
from campaigns.store.merging import MERGED, merge
from campaigns.store.models import Attempt, CampaignMember, Customer, PersonChange, PhoneNumber, Promise
from campaigns.store.number_reports import Report, record_reports
from campaigns.store.outcomes import suppress
from campaigns.store.people import changes_of, shared
from campaigns.store.splitting import split
from telephony.status import NumberStatus
from tests.integration.store.people_world import World
from tests.integration.store.rows import AT, add_customer, add_worker

RULES = Rules(load_effective("cn-mainland"), LogSeal(b"k" * 32), "w", "zh")
AROUND = Surroundings(AT, True, True, AT - timedelta(days=31), AT.date())


def two(session: Session) -> tuple[Customer, Customer]:
    return add_customer(session), add_customer(session)


def join(session: Session, keep: Customer, other: Customer, **changes: str) -> None:
    why = {"reason": "same ID document", "by": "wang"} | changes
    merge(session, keep.external_id, other.external_id, at=AT, **why)


def running(session: Session, name: str = "c") -> int:
    campaign = create_campaign(session, name, "f", Audience(), concurrency=5, calls_per_second=1, at=AT)
    start_campaign(session, campaign.id, AT)
    return campaign.id


def weigh(session: Session, campaign_id: int) -> list[Weighed]:
    turns = claim_due(session, campaign_id, AT, 10)
    return [
        weigh_turn(session, turn.member_id, turn.turn, campaign_id, RULES, lambda: AROUND) for turn in turns
    ]


def members(session: Session, campaign_id: int) -> dict[int, tuple[str, str | None]]:
    rows = session.scalars(select(CampaignMember).where(CampaignMember.campaign_id == campaign_id))
    return {row.customer_id: (row.state, row.reason) for row in rows}


def test_of_two_places_in_a_campaign_one_is_left_and_a_split_gives_the_other_back(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        campaign = running(session)
        join(session, keep, other)
        assert members(session, campaign) == {keep.id: ("waiting", None), other.id: ("done", MERGED)}
        assert len(weigh(session, campaign)) == 1
        session.rollback()
    with database.transaction() as session:
        keep, other = two(session)
        campaign = running(session)
        join(session, keep, other)
        split(session, keep.external_id, other.external_id, reason="two people", by="li", at=AT)
        assert members(session, campaign) == {keep.id: ("waiting", None), other.id: ("waiting", None)}
        kinds = [(c.kind, c.by, c.reason) for c in changes_of(session, [other.id])]
        assert kinds == [("merge", "wang", "same ID document"), ("split", "li", "two people")]


def test_who_was_called_already_keeps_the_place(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        campaign = running(session)
        called = next(each for each in weigh(session, campaign) if isinstance(each, Reserved))
        end_attempt(session, called.reservation.attempt_id, state="ended", disposition="busy", at=AT)
        first, second = (keep, other) if called.reservation.customer_id == keep.id else (other, keep)
        live = [a for a in (first, second) if a.id != called.reservation.customer_id]
        assert live == [second]
        with pytest.raises(ConflictError, match="being called just now"):
            join(session, second, first)  # the other one is reserved
        session.rollback()


def test_a_new_campaign_has_one_member_a_person(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        third = add_customer(session)
        join(session, other, keep)
        assert set(members(session, running(session))) == {keep.id, third.id}


def test_what_was_told_after_the_decision_on_another_key_stops_the_dial(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        join(session, keep, other)
        add_worker(session, RULES.worker)
        (reserved,) = [each for each in weigh(session, running(session)) if isinstance(each, Reserved)]
        suppress(session, reason="opt_out", at=AT, customer_id=other.id)
        assert not start_dial(session, reserved.reservation, AT, RULES.worker)


def test_two_campaigns_never_hold_two_calls_to_one_person(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        one, another = running(session, "one"), running(session, "another")
        # Each campaign is left with another record: only the person's count keeps them apart.
        for customer, campaign in ((keep, another), (other, one)):
            session.execute(
                CampaignMember.__table__.delete().where(  # type: ignore[attr-defined]
                    CampaignMember.campaign_id == campaign, CampaignMember.customer_id == customer.id
                )
            )
        join(session, keep, other)
    barrier = Barrier(2)

    def work(campaign: int) -> list[Weighed]:
        with database.transaction() as session:
            turns = claim_due(session, campaign, AT, 10)
        barrier.wait(10)
        with database.transaction() as session:
            return [weigh_turn(session, t.member_id, t.turn, campaign, RULES, lambda: AROUND) for t in turns]

    with ThreadPoolExecutor(2) as threads:
        found = [each for made in threads.map(work, (one, another)) for each in made]
    assert [type(each) for each in found].count(Reserved) == 1
    (declined,) = [each for each in found if isinstance(each, Declined)]
    assert declined.verdict.reason == "min_gap"
    with database.transaction() as session:
        assert count_decisions(session, keep.id) == count_decisions(session, other.id) == 2
        assert [d.id for d in decisions_of(session, keep.id)] == [
            d.id for d in decisions_of(session, other.id)
        ]


def test_what_was_agreed_under_one_key_is_not_agreed_under_the_other(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        world = World.of(session, 2)
        record = {"given": True, "as_of": AT, "at": AT, "by": "x", "evidence": "form"}
        legal.record_fact(session, world.customers[0].id, "consent", **record)  # type: ignore[arg-type]
        world.merge(0, 1)
        assert [world.facts(i).number.consent for i in (0, 1)] == [Consent.GIVEN, Consent.NONE]
        revoked = record | {"given": False}
        legal.record_fact(session, world.customers[1].id, "consent", **revoked)  # type: ignore[arg-type]
        assert [world.facts(i).number.consent for i in (0, 1)] == [Consent.REVOKED, Consent.REVOKED]


def test_a_record_is_carved_out_with_all_that_counted(database: Database) -> None:
    with database.transaction() as session:
        world = World.of(session, 2)
        keep, other = world.customers
        for what in ("attempt", "stop", "talk", "callback", "imported"):
            world.tell(0, what)
        number, account = keep.numbers[0].e164, keep.accounts[0].external_id
        split(
            session,
            keep.external_id,
            "NEW",
            accounts=[account],
            numbers=[number],
            name="王大明",
            reason="two people under one key",
            by="x",
            at=AT + timedelta(minutes=1),
        )
        session.expire_all()
        new = session.scalars(select(Customer).where(Customer.external_id == "NEW")).one()
        assert [a.external_id for a in new.accounts] == [account]
        assert ([n.e164 for n in new.numbers], keep.numbers, new.name) == ([number], [], "王大明")
        assert world.member(new).callback_at is not None
        world.customers.append(new)
        world.now = AT + timedelta(minutes=2)
        facts = world.facts(2)
        assert (len(facts.debtor_attempts), len(facts.suppressions), len(facts.talks)) == (1, 1, 1)
        world.tell(0, "stop")
        assert len(world.facts(2).suppressions) == 1  # what comes later is another person's
        assert shared(session, other.id).ids == [other.id]


def test_what_cannot_be_merged_or_split_is_told(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        keep, other = two(session)
        with pytest.raises(NotFoundError, match="no customer 'X'"):
            merge(session, keep.external_id, "X", reason="r", by="x", at=AT)
        with pytest.raises(ConflictError, match="give a reason"):
            join(session, keep, other, reason=" ")
        with pytest.raises(ConflictError, match="one person already"):
            join(session, keep, keep)
        why = {"reason": "r", "by": "x", "at": AT}
        with pytest.raises(ConflictError, match="another person"):
            split(session, keep.external_id, other.external_id, **why)  # type: ignore[arg-type]
        with pytest.raises(ConflictError, match="what becomes its own"):
            split(session, keep.external_id, "NEW", **why)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError, match="has no account 'Z'; it has: A"):
            split(session, keep.external_id, "NEW", accounts=["Z"], **why)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError, match="has no number"):
            split(session, keep.external_id, "NEW", numbers=["+8613800138000"], **why)  # type: ignore[arg-type]
        join(session, keep, other)
        with pytest.raises(ConflictError, match="leaves as a whole"):
            split(session, keep.external_id, other.external_id, accounts=["Z"], **why)  # type: ignore[arg-type]


def test_merges_and_splits_are_on_record_for_good(database: Database) -> None:
    with database.transaction() as session:
        join(session, *two(session))
    with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
        session.query(PersonChange).update({"reason": "another"})


def test_tags_holds_and_callers_know_the_whole_person(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        for customer, state in ((keep, "broken"), (other, "broken")):
            session.add(
                Promise(
                    customer_id=customer.id,
                    account_id=customer.accounts[0].id,
                    amount=1,
                    currency="CNY",
                    due=AT.date(),
                    state=state,
                    made_at=AT,
                )
            )
        session.add(
            PhoneNumber(customer_id=keep.id, e164=other.numbers[0].e164, status="active", status_at=AT)
        )
        suppress(session, reason="opt_out", at=AT, customer_id=other.id)
        legal.record_fact(session, other.id, "hold", given=True, as_of=AT, at=AT, by="x")
        e164 = other.numbers[0].e164
        assert subject_of_number(session, e164, AT.date()) is None
        assert legal.held(session, [keep.id]) == set()
        join(session, keep, other)
        facts = customer_facts(session, AT).sort("customer_id")
        assert facts["promises_broken"].to_list() == [2, 2]
        assert facts["barred"].to_list() == [1, 1]
        assert legal.held(session, [keep.id]) == {keep.id}
        assert subject_of_number(session, e164, AT.date()) is not None


def test_likely_duplicates_are_suggested_and_those_merged_are_not(database: Database) -> None:
    with database.transaction() as session:
        people = [add_customer(session) for _ in range(5)]
        one, two_, three, four, five = people
        for customer, name in zip(people, "甲乙丙丁戊", strict=True):
            customer.name = name
        one.attributes = three.attributes = {"id_hash": "f00"}
        five.generated, five.attributes = True, {"id_hash": "f00"}
        two_.name, two_.attributes, four.name, four.attributes = "丁", {"birth_date": "1990-01-02"}, "丁", {
            "birth_date": "1990-01-02"
        }  # fmt: skip
        own = PhoneNumber(customer_id=four.id, e164="+8613800138000")
        session.add_all([own, PhoneNumber(customer_id=one.id, e164="+8613800138000")])
        session.flush()
        found = {(pair.one, pair.other): pair.same for pair in duplicates(session)}
        assert found == {
            (one.external_id, three.external_id): ("id_hash",),
            (two_.external_id, four.external_id): ("name_and_birth", "name_and_id_tail"),
            (one.external_id, four.external_id): ("number",),
        }
        join(session, one, three)
        assert len(duplicates(session)) == 2


def test_the_database_itself_refuses_a_second_live_call_to_a_person(database: Database) -> None:
    def live(session: Session, member: CampaignMember, person: int) -> None:
        number = session.scalars(
            select(PhoneNumber).where(PhoneNumber.customer_id == member.customer_id)
        ).one()
        session.add(
            Attempt(
                member_id=member.id,
                campaign_id=member.campaign_id,
                customer_id=member.customer_id,
                person_id=person,
                number_id=number.id,
                e164=number.e164,
                turn=1,
                n=1,
                worker="w",
                reserved_at=AT,
            )
        )
        session.flush()

    with database.transaction() as session:
        two(session)
        running(session)
        one, other = session.scalars(select(CampaignMember))
        live(session, one, 1)
    with pytest.raises(StoreError, match=r"(?i)unique"), database.transaction() as session:
        live(session, other, 1)


def test_a_call_back_asked_for_under_one_key_is_made_under_the_other(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        campaign = running(session)
        join(session, keep, other)  # the other's place is closed
        assert agree_callback(session, other.id, AT + timedelta(hours=3))
        rows = session.scalars(select(CampaignMember).where(CampaignMember.campaign_id == campaign))
        assert {row.customer_id: row.callback_at for row in rows} == {
            keep.id: AT + timedelta(hours=3),
            other.id: None,
        }


def test_a_call_back_is_made_once_whatever_the_key(database: Database) -> None:
    with database.transaction() as session:
        keep, other = two(session)
        third = add_customer(session)
        one, another = running(session, "one"), running(session, "another")
        ranks = {row.id: row.priority for row in session.scalars(select(CampaignMember))}
        join(session, keep, other)
        for campaign, closed in ((one, other), (another, keep)):  # each is left with another record
            session.execute(
                update(CampaignMember)
                .where(
                    CampaignMember.campaign_id == campaign,
                    CampaignMember.customer_id.in_([keep.id, other.id]),
                )
                .values(state="waiting", next_at=AT, reason=None)
            )
            session.execute(
                update(CampaignMember)
                .where(CampaignMember.campaign_id == campaign, CampaignMember.customer_id == closed.id)
                .values(state="done", next_at=None, reason=MERGED)
            )
        add_worker(session, RULES.worker)
        assert agree_callback(session, keep.id, AT)
        assert agree_callback(session, third.id, AT)
        (reserved,) = [
            each
            for each in weigh(session, one)
            if isinstance(each, Reserved) and each.reservation.customer_id == keep.id
        ]
        assert start_dial(session, reserved.reservation, AT, RULES.worker)
        session.expire_all()
        rows = {
            (row.campaign_id, row.customer_id): row
            for row in session.scalars(select(CampaignMember).where(CampaignMember.state != "done"))
        }
        left = rows[another, other.id]
        assert (left.state, left.callback_at, left.priority) == ("waiting", None, ranks[left.id])
        assert rows[one, keep.id].callback_at is None
        strange = rows[another, third.id]
        assert (strange.callback_at, strange.priority) == (AT, CALLBACK_PRIORITY)


def test_an_import_does_not_undo_what_was_purged_or_carved_out(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "p.csv"
    rows = ["customer_id,account_id,name,phone,amount_due,due_date", "C1,A1,王明,13800138001,100,2026-02-20"]
    file.write_text("\n".join(rows), encoding="utf-8")

    def load(folder: str) -> ImportReport:
        return import_customers(sqlite_database, file, as_of=AT, errors_dir=tmp_path / folder)

    load("first")
    word = Word(NumberStatus.RECYCLED, "baidu-reissued-1", AT)
    with sqlite_database.transaction() as session:
        record_reports(session, [Report("+8613800138001", word)], now=AT)
    load("again")
    with sqlite_database.transaction() as session:
        customer = session.scalars(select(Customer)).one()
        assert numbers_of(session, customer.id) == []
        split(session, "C1", "C2", accounts=["A1"], reason="r", by="x", at=AT)
    assert load("later").rejected == 1
