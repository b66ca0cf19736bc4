"""The migrations give exactly the tables that the models describe, on both databases."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, update

from campaigns.dialing.audience import Audience
from campaigns.errors import StoreError
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import REVISION, Database
from campaigns.store.migrate import head, revision, upgrade
from campaigns.store.models import Base, DecisionRecord, Deletion
from tests.integration.store.rows import AT, add_customer


def test_the_models_and_the_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_migration_is_the_one_that_a_start_asks_for(sqlite_database: Database) -> None:
    assert revision(sqlite_database) == head() == REVISION
    upgrade(sqlite_database)
    sqlite_database.check()


@pytest.mark.parametrize("change", [update(DecisionRecord).values(verdict="allow"), delete(DecisionRecord)])
def test_the_decision_log_is_append_only(database: Database, change: object) -> None:
    with database.transaction() as session:
        customer = add_customer(session)
        campaign = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        session.add(
            DecisionRecord(
                at=AT,
                campaign_id=campaign.id,
                customer_id=customer.id,
                verdict="refuse",
                reason="x",
                pack="p@1",
            )
        )
    with pytest.raises(StoreError, match="append-only"), database.transaction() as session:
        session.execute(change)  # type: ignore[call-overload]


@pytest.mark.parametrize(("kind", "goes"), [("decisions", True), ("messages", False), ("audit", False)])
def test_a_decision_goes_only_by_a_deletion_of_decisions_that_it_is_among(
    database: Database, kind: str, goes: bool
) -> None:
    with database.transaction() as session:
        customer = add_customer(session)
        campaign = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        row = DecisionRecord(
            at=AT, campaign_id=campaign.id, customer_id=customer.id, verdict="refuse", reason="x", pack="p@1"
        )
        session.add(row)
        session.flush()
        session.add(
            Deletion(
                at=AT, kind=kind, first_id=row.id, last_id=row.id, last_link="0", count=1, newest_at=AT,
                why="p@1", link="0",
            )
        )  # fmt: skip
    refused = nullcontext() if goes else pytest.raises(StoreError, match="append-only")
    with refused, database.transaction() as session:
        session.execute(delete(DecisionRecord))
    with database.reading() as session:
        assert session.query(DecisionRecord).count() == (0 if goes else 1)


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(StoreError, match="xiaorong init"):
        Database(f"sqlite:///{empty}").check()


def test_a_database_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is gone"):
        Database(f"sqlite:///{tmp_path / 'none.db'}").check()


def test_times_come_back_aware_and_naive_ones_are_refused(database: Database) -> None:
    with database.transaction() as session:
        customer_id = add_customer(session).id
    with database.transaction() as session:
        from campaigns.store.models import Customer

        customer = session.get_one(Customer, customer_id)
        assert customer.created_at == AT
        assert customer.created_at.tzinfo is UTC
    with pytest.raises(Exception, match="aware"), database.transaction() as session:
        session.get_one(Customer, customer_id).updated_at = datetime(2026, 1, 1)  # noqa: DTZ001
