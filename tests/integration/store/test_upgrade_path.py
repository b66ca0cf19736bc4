"""What the first release wrote is still there, and still hangs together, after every migration since."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, func, select, text

from campaigns.errors import StoreError
from campaigns.store.calls import stored_call
from campaigns.store.database import Database
from campaigns.store.migrate import revision, upgrade
from campaigns.store.models import Base, Call, Campaign, Customer, FollowUp, Message, Promise, TurnRecord
from tests.integration.store.rows import AT

CUSTOMER = {"external_id": "C1", "name": "王小明", "generated": False, "attributes": {}, "created_at": AT}
ACCOUNT = {
    "external_id": "A1",
    "product": "credit_card",
    "currency": "CNY",
    "credit_limit": 1,
    "balance": 5,
    "amount_due": 5,
    "minimum_due": 1,
    "due_date": date(2026, 2, 20),
    "days_past_due": 10,
    "arrears_history": [],
    "bill_history": [],
    "payment_history": [],
    "as_of": AT,
}
OFFER = {
    "kind": "waive_late_fee",
    "waives": 2,
    "pay_by": date(2026, 3, 9),
    "approved_by": "x",
    "approved_at": AT,
}
CALL = {
    "line": "simulated",
    "line_call_id": "1",
    "flow": "repayment-reminder",
    "flow_version": "1",
    "started_at": AT,
    "ended_at": AT,
    "cause": "normal",
    "disposition": "promise",
    "right_party": True,
    "effective": True,
}
FIRST_RELEASE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("customer", CUSTOMER | {"updated_at": AT}),
    ("account", ACCOUNT | {"customer_id": 1}),
    (
        "phone_number",
        {
            "customer_id": 1,
            "e164": "+8615400000001",
            "relation": "self",
            "generated": True,
            "status": "active",
            "status_source": "line",
        },
    ),
    (
        "campaign",
        {
            "name": "march",
            "flow": "repayment-reminder",
            "state": "running",
            "audience": {},
            "concurrency": 1,
            "calls_per_second": 1.0,
            "created_at": AT,
        },
    ),
    (
        "campaign_member",
        {"campaign_id": 1, "customer_id": 1, "account_id": 1, "state": "done", "priority": 0, "turn": 1},
    ),
    ("relief_offer", OFFER | {"account_id": 1, "valid_until": date(2026, 3, 9)}),
    (
        "attempt",
        {
            "member_id": 1,
            "campaign_id": 1,
            "customer_id": 1,
            "number_id": 1,
            "e164": "+8615400000001",
            "turn": 1,
            "n": 1,
            "state": "ended",
            "worker": "w",
            "reserved_at": AT,
            "dialed_at": AT,
            "charged": True,
        },
    ),
    (
        "permit",
        {
            "id": "p",
            "attempt_id": 1,
            "e164": "+8615400000001",
            "issued_at": AT,
            "expires_at": AT,
            "pack": "p",
        },
    ),
    (
        "decision",
        {
            "at": AT,
            "campaign_id": 1,
            "customer_id": 1,
            "number_id": 1,
            "attempt_id": 1,
            "verdict": "allow",
            "reason": "allowed",
            "pack": "p",
            "inputs": {},
        },
    ),
    ("call", CALL | {"attempt_id": 1, "campaign_id": 1, "customer_id": 1}),
    ("turn", {"call_id": 1, "seq": 0, "at": AT, "speaker": "bot", "text": "您好", "details": {}}),
    (
        "promise",
        {
            "call_id": 1,
            "customer_id": 1,
            "account_id": 1,
            "amount": 3,
            "currency": "CNY",
            "due": date(2026, 3, 7),
            "relief_offer_id": 1,
            "state": "pending",
            "made_at": AT,
        },
    ),
    (
        "message",
        {
            "customer_id": 1,
            "call_id": 1,
            "channel": "sms",
            "template": "promise_confirmed",
            "body": "b",
            "state": "queued",
            "created_at": AT,
        },
    ),
    ("suppression", {"customer_id": 1, "reason": "do_not_call", "call_id": 1, "created_at": AT}),
    (
        "follow_up",
        {
            "customer_id": 1,
            "call_id": 1,
            "reason": "refused",
            "urgent": False,
            "state": "open",
            "created_at": AT,
        },
    ),
)


def fill(connection: Connection) -> None:
    """One row in every table of the first release, all of them hanging together."""
    tables = MetaData()
    tables.reflect(connection)
    for name, row in FIRST_RELEASE:
        connection.execute(tables.tables[name].insert(), row)


@pytest.fixture
def upgraded(bare_database: Database) -> Database:
    upgrade(bare_database, "0001")
    with bare_database.engine.begin() as connection:
        fill(connection)
    upgrade(bare_database)
    return bare_database


def test_everything_is_still_there_and_what_is_new_is_told_soundly(upgraded: Database) -> None:
    with upgraded.transaction() as session:
        for name, _ in FIRST_RELEASE:
            assert session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) == 1, name
        call = session.scalars(select(Call)).one()
        assert (call.direction, call.e164, call.attempt_id) == ("outbound", "+8615400000001", 1)
        assert session.scalars(select(Campaign)).one().purpose == "reminder"
        message = session.scalars(select(Message)).one()
        assert (message.e164, message.reveals_debt, message.occasion) == ("+8615400000001", True, "follow_up")
        promise = session.scalars(select(Promise)).one()
        assert (promise.state, promise.amount, promise.relief_offer_id, promise.plan_id) == (
            "pending",
            3,
            1,
            None,
        )
        customer = session.scalars(select(Customer)).one()
        assert customer.marketing_consent is None  # and so denied
        entry = stored_call(session, call.id).entries[0]
        assert (entry.text, entry.heard) == ("您好", None)


def test_the_tables_are_those_of_the_models(upgraded: Database) -> None:
    with upgraded.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_rows_still_need_their_parents(upgraded: Database) -> None:
    with pytest.raises(StoreError), upgraded.transaction() as session:
        session.execute(text("DELETE FROM call"))
    with pytest.raises(StoreError), upgraded.transaction() as session:
        session.add(TurnRecord(call_id=99, seq=0, at=AT, speaker="bot", text=""))
    with pytest.raises(StoreError, match="append-only"), upgraded.transaction() as session:
        session.execute(text("DELETE FROM decision"))


def test_only_a_call_that_came_in_may_lack_attempt_and_customer(upgraded: Database) -> None:
    with upgraded.transaction() as session:
        session.add(Call(**CALL, direction="inbound", e164=None))
        session.flush()
        session.add(FollowUp(call_id=2, reason="unknown_caller", created_at=AT))
    for wrong in ({"direction": "outbound"}, {"direction": "sideways", "attempt_id": 1}):
        with pytest.raises(StoreError), upgraded.transaction() as session:
            session.add(Call(**CALL, **wrong))


def test_a_migration_that_leaves_a_row_without_its_parent_is_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'torn.db'}")
    upgrade(database, "0001")
    torn = sqlite3.connect(tmp_path / "torn.db")  # which does not check
    torn.execute(
        "INSERT INTO turn (call_id, seq, at, speaker, text, details) VALUES (9, 0, '', 'bot', '', '{}')"
    )
    torn.commit()
    torn.close()
    with pytest.raises(StoreError, match="'turn' refers to a row of 'call' that is missing"):
        upgrade(database)
    assert revision(database) == "0001"
    database.close()
