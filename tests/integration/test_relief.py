"""The book of relief in the store: what checks write, on both databases, and its export."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.cli.relief_view import summary, table_of, write_lines
from campaigns.errors import ConflictError
from campaigns.outcomes.relief import ReliefRules
from campaigns.outcomes.relief_check import ReliefCheck, check_relief
from campaigns.store.database import Database
from campaigns.store.models import Account, FollowUp, Promise, ReliefEntry, ReliefOffer
from campaigns.store.relief import book_lines, offer_views
from tests.integration.import_world import SHANGHAI
from tests.integration.store.rows import AT
from tests.integration.test_promise_check import DUE, MADE_ON, OWED, RULES, check, pay, promise

RELIEF = ReliefRules(version=1, at_most=20_000)
WAIVES = 2_000


def accepted(session: Session, *, waives: int = WAIVES) -> Account:
    """A promise with an approved relief that hangs on it; its account."""
    account = promise(session, amount=OWED - waives)
    offer = ReliefOffer(
        account_id=account.id, kind="waive_late_fee", waives=waives, pay_by=DUE, approved_by="主管",
        approved_at=AT, valid_until=DUE,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    made = session.scalars(select(Promise).where(Promise.account_id == account.id)).one()
    made.relief_offer_id = offer.id
    session.flush()
    return account


def look(database: Database, day: int) -> ReliefCheck:
    """Check promises, then relief, so many days after the promise."""
    check(database, day)
    today = MADE_ON + timedelta(days=day)
    return check_relief(database, today, datetime.combine(today, time(2), UTC), SHANGHAI, RULES, RELIEF)


def book(database: Database) -> list[tuple[str, int, str]]:
    with database.transaction() as session:
        rows = session.scalars(select(ReliefEntry).order_by(ReliefEntry.id))
        return [(row.kind, row.amount, row.reason) for row in rows]


def test_kept_is_booked_and_broken_lapses_once(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        kept = accepted(session)
        accepted(session)
        pay(session, kept, OWED - WAIVES, 2)
    first = look(clean_database, 3)
    assert (first.written, first.amount, first.pending) == ({"booked": 1}, {"CNY": WAIVES}, 1)
    done = look(clean_database, 5)
    assert done.written == {"lapsed": 1}
    assert look(clean_database, 6).written == {}
    assert book(clean_database) == [("booked", WAIVES, "paid"), ("lapsed", 0, "broken")]
    with clean_database.transaction() as session:
        entry = session.scalars(select(ReliefEntry).order_by(ReliefEntry.id)).first()
        assert entry is not None
        assert (entry.approved_by, entry.on) == ("主管", MADE_ON + timedelta(days=3))
        views = offer_views(session, 10)
        assert [view.state for view in views] == ["lapsed", "booked"]
    assert "1 lapsed" in summary(done)
    assert table_of(views, "zh").row_count == 2


def test_a_payment_told_after_the_check_reverses_the_lapse(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        account = accepted(session)
    assert look(clean_database, 5).written == {"lapsed": 1}
    with clean_database.transaction() as session:
        pay(session, account, OWED - WAIVES, 3, told=6)
    assert look(clean_database, 7).written == {"reversed": 1, "booked": 1}
    assert look(clean_database, 8).looked_at == 0
    assert book(clean_database) == [
        ("lapsed", 0, "broken"),
        ("reversed", 0, "told_late"),
        ("booked", WAIVES, "paid"),
    ]


def test_above_authority_a_person_is_asked_once_and_nothing_is_booked(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        account = accepted(session, waives=30_000)
        pay(session, account, OWED - 30_000, 1)
    assert look(clean_database, 2).for_people == 1
    look(clean_database, 3)
    assert book(clean_database) == []
    with clean_database.transaction() as session:
        assert session.scalars(select(FollowUp.reason)).all() == ["relief_check"]


def test_two_checks_at_once_cannot_both_write(clean_database: Database) -> None:
    """Should ever a lock fail: the book itself refuses a second entry in the same place."""
    with clean_database.transaction() as session:
        accepted(session)
    look(clean_database, 5)
    columns = [column for column in inspect(ReliefEntry).columns if column.name != "id"]
    again = insert(ReliefEntry).from_select([column.name for column in columns], select(*columns))
    with clean_database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(again)


def test_the_export_holds_what_changes_money_and_goes_on_where_it_ended(
    clean_database: Database, tmp_path: Path
) -> None:
    with clean_database.transaction() as session:
        accounts = [accepted(session) for _ in range(3)]
        for account in accounts[:2]:
            pay(session, account, OWED - WAIVES, 1)
    look(clean_database, 2)
    with clean_database.transaction() as session:
        lines = book_lines(session)
        assert book_lines(session, after_entry=lines[0].entry) == lines[1:]
        assert book_lines(session, last=MADE_ON) == []
    path = tmp_path / "relief.csv"
    write_lines(lines, path)
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert [(row["kind"], row["amount"], row["approved_by"]) for row in rows] == [
        ("booked", "20.00", "主管")
    ] * 2
    with pytest.raises(ConflictError, match="cannot be written"):
        write_lines(lines, tmp_path / "nowhere" / "relief.csv")
