"""The decision log in a database: one sealed link a decision, and tampering is found and named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from campaigns.compliance.audit import Broken, Fault
from campaigns.compliance.chain import ZERO, LogSeal
from campaigns.dialing.audience import Audience
from campaigns.errors import StoreError
from campaigns.store.campaigns import create_campaign
from campaigns.store.chain import append_decision, sealed_head
from campaigns.store.database import Database
from campaigns.store.decisions import decisions_of
from campaigns.store.deletions import Deleted, record_deletions
from campaigns.store.ledger import add_attempt
from campaigns.store.member_turns import MemberTurn
from campaigns.store.migrate import upgrade
from campaigns.store.models import CampaignMember, DecisionRecord, PhoneNumber
from campaigns.store.verify import verify
from tests.integration.store.plans import SORTED, plans
from tests.integration.store.rows import AT, add_customer

LOG = LogSeal(b"k" * 32)
WAYS_ROUND = {
    "sqlite": ("DROP TRIGGER decision_no_update", "DROP TRIGGER decision_no_delete"),
    "postgresql": ("ALTER TABLE decision DISABLE TRIGGER USER",),
}


def decide(database: Database, n: int, *, log: LogSeal = LOG) -> list[int]:
    """Put ``n`` decisions on record, one transaction each."""
    with database.transaction() as session:
        campaign = session.scalar(text("SELECT min(id) FROM campaign"))
        if campaign is None:
            add_customer(session)
            campaign = create_campaign(
                session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT
            ).id
        customer = session.scalar(text("SELECT min(id) FROM customer"))
    ids = []
    for i in range(n):
        record = {
            "at": AT + timedelta(seconds=i, microseconds=7),
            "campaign_id": campaign,
            "customer_id": customer,
            "verdict": "defer",
            "reason": "min_gap",
            "until": AT + timedelta(hours=4),
            "pack": "p@1",
            "inputs": {"counts": {"a": [i, 3]}, "rule": "min_gap_min", "say": "王", "none": None, "f": 0.1},
        }
        with database.transaction() as session:
            ids.append(append_decision(session, log, record))
    return ids


def tamper(database: Database, *statements: str) -> None:
    """What somebody with the database's password could do."""
    with database.transaction() as session:
        for statement in (*WAYS_ROUND[session.get_bind().dialect.name], *statements):
            session.execute(text(statement))


def test_every_decision_is_a_link_and_the_log_holds(sqlite_database: Database) -> None:
    assert verify(sqlite_database, LOG).records == 0
    assert decide(sqlite_database, 5) == [1, 2, 3, 4, 5]
    found = verify(sqlite_database, LOG)
    assert (found.broken, found.records, found.last_id) == (None, 5, 5)
    with sqlite_database.transaction() as session:
        assert session.scalar(select(DecisionRecord.link).where(DecisionRecord.id == 5)) == found.link


def test_a_transaction_that_fails_leaves_no_hole(sqlite_database: Database) -> None:
    decide(sqlite_database, 2)
    with sqlite_database.transaction() as session:
        record = {"at": AT, "campaign_id": 1, "customer_id": 1, "verdict": "defer", "reason": "x"}
        assert append_decision(session, LOG, record | {"pack": "p", "inputs": {}}) == 3
        session.rollback()
    assert decide(sqlite_database, 1) == [3]
    assert verify(sqlite_database, LOG).broken is None


def test_writers_at_once_make_one_chain(database: Database) -> None:
    decide(database, 1)
    with ThreadPoolExecutor(4) as threads:
        ids = [i for made in threads.map(lambda _: decide(database, 6), range(4)) for i in made]
    assert sorted(ids) == list(range(2, 26))
    found = verify(database, LOG)
    assert (found.broken, found.records) == (None, 25)


TAMPERINGS = [
    ("altered", ["UPDATE decision SET reason = 'allowed' WHERE id = 3"], Broken(Fault.ALTERED, 3, 3)),
    ("inputs", ["UPDATE decision SET inputs = '{}' WHERE id = 2"], Broken(Fault.ALTERED, 2, 2)),
    ("deleted", ["DELETE FROM decision WHERE id IN (2, 3)"], Broken(Fault.DELETED, 2, 3)),
    ("cut off", ["DELETE FROM decision WHERE id > 3"], Broken(Fault.TRUNCATED, 4, 5)),
    (
        "cut off with the head",
        [
            "DELETE FROM decision WHERE id > 3",
            "UPDATE decision_head SET last_id = 3, link = (SELECT link FROM decision WHERE id = 3)",
        ],
        Broken(Fault.SEAL, 3, 3),
    ),
    (
        "swapped",
        [
            "UPDATE decision SET id = 99 WHERE id = 2",
            "UPDATE decision SET id = 2 WHERE id = 3",
            "UPDATE decision SET id = 3 WHERE id = 99",
        ],
        Broken(Fault.REORDERED, 2, 3),
    ),
    (
        "inserted",
        [
            "INSERT INTO decision (id, at, campaign_id, customer_id, verdict, reason, pack, inputs, link) "
            "SELECT 6, at, campaign_id, customer_id, 'refuse', reason, pack, inputs, link "
            "FROM decision WHERE id = 5"
        ],
        Broken(Fault.ALTERED, 6, 6),
    ),
    (
        "a seal that is gone",
        ["UPDATE decision_head SET seal = NULL"],
        Broken(Fault.SEAL, 5, 5),
    ),
    (
        "a made-up deletion in time",
        [
            "INSERT INTO deletion (id, at, kind, first_id, last_id, last_link, count, newest_at, why, link) "
            "SELECT 1, at, 'decisions', 2, 2, link, 1, at, pack, link FROM decision WHERE id = 2",
            "DELETE FROM decision WHERE id = 2",
        ],
        Broken(Fault.DELETIONS, 1, 1),
    ),
]


@pytest.mark.parametrize(
    ("statements", "broken"), [t[1:] for t in TAMPERINGS], ids=[t[0] for t in TAMPERINGS]
)
def test_tampering_is_found_and_named(
    sqlite_database: Database, statements: list[str], broken: Broken
) -> None:
    decide(sqlite_database, 5)
    tamper(sqlite_database, *statements)
    assert verify(sqlite_database, LOG).broken == broken


@pytest.mark.external
def test_tampering_is_found_on_postgresql_too(postgres_database: Database) -> None:
    decide(postgres_database, 5)
    tamper(postgres_database, "UPDATE decision SET verdict = 'allow' WHERE id = 4")
    assert verify(postgres_database, LOG).broken == Broken(Fault.ALTERED, 4, 4)


def test_a_log_under_another_seal_is_neither_continued_nor_believed(sqlite_database: Database) -> None:
    decide(sqlite_database, 2)
    other = LogSeal(b"another key, long enough")
    assert verify(sqlite_database, other).broken == Broken(Fault.SEAL, 2, 2)
    with pytest.raises(StoreError, match="compliance verify"):
        decide(sqlite_database, 1, log=other)


def test_an_older_copy_put_back_does_not_hold_what_was_noted(sqlite_database: Database) -> None:
    decide(sqlite_database, 3)
    found = verify(sqlite_database, LOG)
    noted = (found.last_id, found.link)
    decide(sqlite_database, 2)
    assert verify(sqlite_database, LOG, noted=noted).broken is None
    assert verify(sqlite_database, LOG, noted=(3, "0" * 64)).broken == Broken(Fault.REWRITTEN, 3, 3)
    assert verify(sqlite_database, LOG, noted=(9, "0" * 64)).broken == Broken(Fault.TRUNCATED, 6, 9)


def test_a_dial_without_a_decision_is_found(sqlite_database: Database) -> None:
    decide(sqlite_database, 1)
    with sqlite_database.transaction() as session:
        member = session.scalars(select(CampaignMember)).one()
        number = session.scalars(select(PhoneNumber)).one()
        turn = MemberTurn(member.id, member.campaign_id, member.customer_id, member.account_id, 1, "running")
        attempt = add_attempt(session, turn, number, worker="w", at=AT + timedelta(days=1)).id
    assert verify(sqlite_database, LOG).broken == Broken(Fault.ATTEMPT, attempt, attempt)


def older(database: Database) -> None:
    """A database of the release before, with decisions that are no links."""
    upgrade(database, "0003")
    row = (
        "INSERT INTO decision (at, campaign_id, customer_id, verdict, reason, pack, inputs) "
        "VALUES ('2026-03-02 02:00:00.000000', 1, 1, 'defer', 'min_gap', 'p@1', '{{\"n\": {n}}}')"
    )
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO customer (external_id, name, generated, attributes, created_at, updated_at) "
                "VALUES ('C', 'x', false, '{}', '2026-03-01', '2026-03-01')"
            )
        )
        session.execute(
            text(
                "INSERT INTO campaign "
                "(name, flow, state, audience, concurrency, calls_per_second, created_at) "
                "VALUES ('c', 'f', 'draft', '{}', 1, 1, '2026-03-01')"
            )
        )
        for n in range(3):
            session.execute(text(row.format(n=n)).execution_options(no_parameters=True))


def test_the_records_of_an_older_database_are_covered_as_a_whole(bare_database: Database) -> None:
    older(bare_database)
    upgrade(bare_database)
    found = verify(bare_database, LOG)
    assert (found.broken, found.older, found.records) == (None, 3, 0)
    assert decide(bare_database, 2) == [4, 5]
    found = verify(bare_database, LOG)
    assert (found.broken, found.older, found.records) == (None, 3, 2)
    tamper(bare_database, "UPDATE decision SET reason = 'x' WHERE id = 2")
    assert verify(bare_database, LOG).broken == Broken(Fault.OLDER, 1, 3)


def test_decisions_go_only_after_that_is_on_record(database: Database) -> None:
    decide(database, 5)
    with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
        session.execute(text("DELETE FROM decision WHERE id = 1"))
    with database.transaction() as session:
        last_link = session.scalar(select(DecisionRecord.link).where(DecisionRecord.id == 3))
        gone = Deleted(AT, "decisions", None, 2, 3, last_link, 2, AT, "p@1")
        record_deletions(session, LOG, [gone])
        session.execute(text("DELETE FROM decision WHERE id IN (2, 3)"))
    found = verify(database, LOG)
    assert (found.broken, found.records, found.deleted) == (None, 3, 2)
    assert decide(database, 1) == [6]
    for change in ("UPDATE deletion SET count = 9", "DELETE FROM deletion"):
        with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
            session.execute(text(change))
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(DecisionRecord)) == 4
        assert sealed_head(session)[0].deletions != ZERO


def test_a_changed_record_of_deletions_is_found(sqlite_database: Database) -> None:
    decide(sqlite_database, 2)
    with sqlite_database.transaction() as session:
        record_deletions(session, LOG, [Deleted(AT, "transcripts", None, None, None, None, 4, AT, "p@1")] * 2)
    assert verify(sqlite_database, LOG).broken is None
    with sqlite_database.transaction() as session:
        session.execute(text("DROP TRIGGER deletion_no_delete"))
        session.execute(text("DELETE FROM deletion WHERE id = 2"))
    assert verify(sqlite_database, LOG).broken == Broken(Fault.DELETIONS, 2, 2)


def test_the_latest_of_a_customer_is_one_step_along_an_index(sqlite_database: Database) -> None:
    """Of one who has thousands a database would rather go through the newest of everybody's."""
    with sqlite_database.transaction() as session:
        customer_id = add_customer(session).id
    with sqlite_database.reading() as session, plans(sqlite_database) as found:
        decisions_of(session, customer_id, limit=1)
    plan = next(each for each in found if "decision" in each)
    assert "ix_decision_customer (customer_id=?)" in plan
    assert SORTED not in plan
