"""Campaigns: who becomes a member, and how turns are handed out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store import campaigns as store
from campaigns.store import handout
from campaigns.store.database import Database
from campaigns.store.models import Grade
from tests.integration.store.rows import AT, add_customer


def create(database: Database, audience: Audience | None = None, name: str = "march") -> store.CampaignView:
    with database.transaction() as session:
        return store.create_campaign(
            session, name, "flow", audience or Audience(), concurrency=5, calls_per_second=1, at=AT
        )


def test_an_audience_is_filtered_by_days_grade_and_amount(database: Database) -> None:
    with database.transaction() as session:
        late, later, paid = (
            add_customer(session, days_past_due=5),
            add_customer(session, days_past_due=40),
            add_customer(session, amount_due=0),
        )
        for customer, letter in ((late, "B"), (later, "C"), (paid, "A")):
            session.add(
                Grade(customer_id=customer.id, letter=letter, points=1, rules_version="1", graded_at=AT)
            )
    assert create(database).members == 2
    assert create(database, Audience(min_days_past_due=30), "m1").members == 1
    assert create(database, Audience(grades=("B",)), "b").members == 1
    assert create(database, Audience(limit=1), "one").members == 1
    with pytest.raises(ConflictError, match="no customer fits"):
        create(database, Audience(grades=("A",)), "a")


def test_turns_are_given_once_the_longest_overdue_first(database: Database) -> None:
    with database.transaction() as session:
        mild, bad = add_customer(session, days_past_due=1), add_customer(session, days_past_due=50)
    campaign = create(database)
    with database.transaction() as session:
        first = handout.claim_due(session, campaign.id, AT, 1)
        second = handout.claim_due(session, campaign.id, AT, 5)
        assert handout.claim_due(session, campaign.id, AT, 5) == []
    assert [turn.customer_id for turn in first + second] == [bad.id, mild.id]
    with database.transaction() as session:
        handout.put_back(session, [first[0].member_id], AT + timedelta(hours=1))
        assert handout.next_due_at(session, campaign.id) == AT + timedelta(hours=1)
        assert handout.claim_due(session, campaign.id, AT, 5) == []
        again = handout.claim_due(session, campaign.id, AT + timedelta(hours=1), 5)
        assert [(turn.customer_id, turn.turn) for turn in again] == [(bad.id, 2)]


def test_names_are_unique_and_unknown_ones_name_the_known(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
    create(database)
    with pytest.raises(ConflictError, match="already"):
        create(database)
    with pytest.raises(NotFoundError, match="march"), database.transaction() as session:
        store.campaign_by_name(session, "april")


def test_states_change_only_as_they_may(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
    campaign = create(database)
    with database.transaction() as session:
        with pytest.raises(ConflictError, match="draft, not paused"):
            store.resume_campaign(session, campaign.id)
        store.start_campaign(session, campaign.id, AT)
        assert store.pause_campaign(session, campaign.id, "lunch")
        assert not store.pause_campaign(session, campaign.id, "tea")
        with pytest.raises(ConflictError, match="resume"):
            store.start_campaign(session, campaign.id, AT)
        store.resume_campaign(session, campaign.id)
        assert store.campaign_state(session, campaign.id) == "running"
        assert not store.finish_campaign(session, campaign.id, AT)


@pytest.mark.parametrize(
    "wrong",
    [{"grades": ("E",)}, {"min_days_past_due": 9, "max_days_past_due": 3}, {"limit": 0}],
)
def test_senseless_audiences_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConflictError):
        Audience(**wrong)  # type: ignore[arg-type]
