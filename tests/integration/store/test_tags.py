"""Tags in the store and as an audience, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.customers.tags.rules import TagRules, load_tags
from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store import tagging as store
from campaigns.store.campaigns import create_campaign
from campaigns.store.customer_facts import customer_facts
from campaigns.store.database import Database
from campaigns.store.models import (
    Account,
    CampaignMember,
    Customer,
    Grade,
    PhoneNumber,
    Promise,
    ReliefOffer,
    Suppression,
)
from campaigns.store.tagging import tag_portfolio
from campaigns.store.tags import tag_counts, tags_of
from tests.integration.store.rows import AT, add_customer

HERE = AT.astimezone(ZoneInfo("Asia/Shanghai"))
TODAY = HERE.date()


def rules(**conditions: str) -> TagRules:
    tags = [{"id": name, "title": name, "when": when} for name, when in conditions.items()]
    return TagRules.model_validate({"version": "t", "tags": tags})


def add_promise(session: Session, customer: Customer, state: str) -> None:
    account_id = session.scalars(select(Account.id).where(Account.customer_id == customer.id)).one()
    session.add(
        Promise(
            customer_id=customer.id, account_id=account_id, amount=1, currency="CNY", due=TODAY,
            state=state, made_at=AT,
        )
    )  # fmt: skip


def test_facts_of_all_that_is_on_record(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        one, two = add_customer(session), add_customer(session, amount_due=50_000)
        one.last_active_on, one.marketing_consent = TODAY - timedelta(days=9), False
        account = session.scalars(select(Account).where(Account.customer_id == one.id)).one()
        account.bill_history = [1, 2, 3]
        for valid_until, waives in ((TODAY, 7), (TODAY - timedelta(days=1), 900)):
            offer = {"kind": "waive_late_fee", "pay_by": TODAY, "approved_by": "x", "approved_at": AT}
            session.add(ReliefOffer(account_id=account.id, waives=waives, valid_until=valid_until, **offer))
        for state in ("broken", "broken", "kept", "cancelled"):
            add_promise(session, one, state)
        session.add(Suppression(customer_id=one.id, reason="stop", created_at=AT))
        session.add(Suppression(customer_id=two.id, reason="stop", created_at=AT, until=AT))
        session.add(
            Grade(customer_id=one.id, letter="C", points=1, rules_version="v", graded_at=AT, is_current=True)
        )
        number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == two.id)).one()
        number.status = "empty"
        session.flush()
        first, second = customer_facts(session, HERE).sort("customer_id").to_dicts()
    wanted = {
        "grade": "C", "accounts": 1, "months_on_record": 3, "days_inactive": 9, "marketing_consent": 0,
        "promises_pending": 0, "promises_kept": 1, "promises_broken": 2, "relief_waives": 7, "barred": 1,
        "number_state": "active", "days_since_contact": None, "balance_percentile": 50, "limit_percentile": 0,
    }  # fmt: skip
    assert first | wanted == first
    wanted = {
        "grade": None, "months_on_record": None, "days_inactive": None, "marketing_consent": None,
        "promises_broken": 0, "relief_waives": 0, "barred": 0, "number_state": "dead",
        "balance_percentile": 0,
    }  # fmt: skip
    assert second | wanted == second


def test_tags_come_and_go_and_keep_their_beginning(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    with clean_database.transaction() as session:
        ids = [add_customer(session, amount_due=100 * n).id for n in range(1, 6)]
    first = tag_portfolio(clean_database, rules(some="balance > 200", all="balance > 0"), HERE)
    assert (first.counts, first.given, first.taken) == ({"some": 3, "all": 5}, 8, 0)
    later = HERE + timedelta(days=1)
    second = tag_portfolio(clean_database, rules(some="balance > 400"), later)
    assert (second.counts, second.given, second.taken) == ({"some": 1}, 0, 7)
    assert tag_portfolio(clean_database, rules(some="balance > 400"), later).taken == 0
    with clean_database.transaction() as session:
        assert tag_counts(session) == {"some": 1}
        (kept, ended) = tags_of(session, ids[4])
        assert {kept.tag: kept.until, ended.tag: ended.until} == {"some": None, "all": later}
        assert (kept.since, kept.source) == (HERE, first.source)
    third = tag_portfolio(clean_database, rules(some="balance > 0"), later)
    assert (third.given, third.taken) == (4, 0)


def test_nobody_to_tag(clean_database: Database) -> None:
    report = tag_portfolio(clean_database, load_tags(), HERE)
    assert (report.customers, report.given) == (0, 0)


def test_an_audience_of_tags(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        ids = [add_customer(session, amount_due=100 * n).id for n in range(1, 6)]
    tag_portfolio(clean_database, rules(low="balance < 400", high="balance > 100", top="balance > 400"), HERE)

    def members(name: str, **filters: tuple[str, ...]) -> list[int]:
        with clean_database.transaction() as session:
            made = create_campaign(
                session, name, "f", Audience(**filters), concurrency=1, calls_per_second=1, at=HERE  # type: ignore[arg-type]
            )  # fmt: skip
            query = select(CampaignMember.customer_id).where(CampaignMember.campaign_id == made.id)
            return sorted(session.scalars(query))

    assert members("both", tags=("low", "high")) == ids[1:3]
    assert members("without", tags=("high",), without_tags=("top",)) == ids[1:4]
    with pytest.raises(NotFoundError, match="'hihg'; there are: high, low, top"):
        members("slip", without_tags=("hihg",))
    with pytest.raises(ConflictError, match="does not have it"):
        Audience(tags=("low",), without_tags=("low",))
