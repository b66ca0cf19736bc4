"""The plan of treatments in the store and as an audience, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from campaigns.cli.treating import PLAN_COLUMNS, print_plan, print_treatments, write_plan
from campaigns.customers.tags.rules import load_tags
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError
from campaigns.store import treatments as store
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.models import Attempt, CampaignMember, Customer, Grade, PhoneNumber
from campaigns.store.tagging import tag_portfolio
from campaigns.store.treatments import plan_treatments, planned_customers, treatment_counts
from tests.integration.store.rows import AT, add_customer

HERE = AT.astimezone(ZoneInfo("Asia/Shanghai"))
TODAY = HERE.date()
RULES = load_treatments()


def fill(database: Database) -> list[int]:
    """Four customers: D late, C late, not yet late, and dormant with consent."""
    with database.transaction() as session:
        people = [add_customer(session) for _ in range(2)]
        people.append(add_customer(session, days_past_due=-5))
        people.append(add_customer(session, amount_due=0, days_past_due=0))
        people[3].last_active_on, people[3].marketing_consent = TODAY - timedelta(days=200), True
        ids = [each.id for each in people]
        for customer_id, letter in zip(ids, "DCB", strict=False):
            session.add(
                Grade(customer_id=customer_id, letter=letter, points=1, rules_version="v", graded_at=AT)
            )
    tag_portfolio(database, load_tags(), HERE)
    return ids


def call(database: Database, customer_id: int, days_ago: int) -> None:
    """A dial to the customer so many days ago, in the campaign they are in."""
    with database.transaction() as session:
        member = session.scalars(
            select(CampaignMember).where(CampaignMember.customer_id == customer_id)
        ).one()
        number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == customer_id)).one()
        dialed = HERE - timedelta(days=days_ago)
        session.execute(
            insert(Attempt).values(
                member_id=member.id, campaign_id=member.campaign_id, customer_id=customer_id,
                number_id=number.id, e164=number.e164, turn=1, n=1, state="ended", worker="w",
                reserved_at=dialed, dialed_at=dialed, charged=True,
            )
        )  # fmt: skip


def campaign(database: Database, name: str, treatment: str) -> list[int]:
    with database.transaction() as session:
        audience = Audience(treatment=treatment)
        made = create_campaign(session, name, "f", audience, concurrency=1, calls_per_second=1, at=HERE)
        query = select(CampaignMember.customer_id).where(CampaignMember.campaign_id == made.id)
        return sorted(session.scalars(query))


def test_a_plan_is_kept_followed_and_brought_up_to_date(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 3)
    ids = fill(clean_database)
    assert plan_treatments(clean_database, RULES, HERE) == 4
    assert plan_treatments(clean_database, RULES, HERE) == 0
    with clean_database.transaction() as session:
        rows = planned_customers(session)
        assert [row.treatment for row in rows] == ["frequent", "frequent", "infrequent", "marketing"]
        assert "tag_dormant=1" in rows[3].reasons
    assert campaign(clean_database, "often", "frequent") == ids[:2]
    call(clean_database, ids[0], days_ago=1)
    call(clean_database, ids[1], days_ago=9)
    with clean_database.transaction() as session:
        session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == ids[2])).one().status = "unknown"
    assert plan_treatments(clean_database, RULES, HERE + timedelta(minutes=1)) == 0
    with clean_database.transaction() as session:
        counts = treatment_counts(session, TODAY)
        found = counts["frequent"]
        assert (found.customers, found.due, found.next_on) == (2, 1, TODAY + timedelta(days=1))
        assert counts["infrequent"].to_check == 1
        (first, then) = planned_customers(session, treatment="frequent")
        assert (first.next_contact_on, then.next_contact_on) == (TODAY, TODAY + timedelta(days=1))
        assert first.since == HERE
    assert campaign(clean_database, "again", "frequent") == ids[1:2]
    with pytest.raises(ConflictError, match="nobody whom this flow is for is due"):
        campaign(clean_database, "relief", "relief")


def test_a_treatment_that_changes_begins_anew(clean_database: Database) -> None:
    ids = fill(clean_database)
    plan_treatments(clean_database, RULES, HERE)
    with clean_database.transaction() as session:
        session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == ids[0])).one().status = "empty"
    later = HERE + timedelta(hours=1)
    assert plan_treatments(clean_database, RULES, later) == 1
    with clean_database.transaction() as session:
        key = session.get_one(Customer, ids[0]).external_id
        row = next(row for row in planned_customers(session) if row.external_id == key)
        assert (row.treatment, row.since, row.next_contact_on) == ("find_number", later, None)


def test_the_plan_on_a_terminal_and_in_a_file(
    clean_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(clean_database)
    plan_treatments(clean_database, RULES, HERE)
    with clean_database.transaction() as session:
        counts, rows = treatment_counts(session, TODAY), planned_customers(session)
    print_plan(RULES, counts, rows[:1])
    print_treatments(RULES, counts)
    shown = capsys.readouterr().out
    assert all(each.id[:8] in shown for each in RULES.treatments)
    write_plan(rows, tmp_path / "plan.csv")
    lines = (tmp_path / "plan.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == ",".join(PLAN_COLUMNS)
    assert len(lines) == 5
    with pytest.raises(ConflictError, match="cannot be written"):
        write_plan(rows, tmp_path / "nowhere" / "plan.csv")
