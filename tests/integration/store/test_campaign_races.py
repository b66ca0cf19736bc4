"""What two transactions do to one campaign at the same time, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.compliance.facts import Purpose
from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError
from campaigns.store.campaigns import (
    finish_campaign,
    launch_campaign,
    pause_campaign,
    resume_campaign,
    start_campaign,
)
from campaigns.store.changes import stop_campaign
from campaigns.store.database import Database
from campaigns.store.merging import merge
from campaigns.store.models import Campaign, CampaignMember, Customer
from campaigns.store.splitting import split
from campaigns.store.standing_campaigns import StandingCampaign, fill
from tests.integration.store.rows import AT, add_customer
from tests.integration.store.side_by_side import side_by_side

pytestmark = pytest.mark.external

STANDING = StandingCampaign("frequent", "f", Purpose.REMINDER, Audience(), 1, 1)


@pytest.fixture
def running(postgres_database: Database) -> int:
    """A standing campaign that runs, of two customers."""
    with postgres_database.transaction() as session:
        fill(session, STANDING, [add_customer(session).id for _ in range(2)], AT)
        campaign = session.scalars(select(Campaign)).one()
        start_campaign(session, campaign.id, AT)
        return campaign.id


def all_done(session: Session) -> None:
    session.execute(update(CampaignMember).values(state="done", next_at=None))


def test_a_campaign_being_filled_up_is_not_finished(postgres_database: Database, running: int) -> None:
    with postgres_database.transaction() as session:
        all_done(session)
        new = add_customer(session).id
    finished = side_by_side(
        postgres_database,
        lambda session: fill(session, STANDING, [new], AT),
        lambda session: finish_campaign(session, running, AT),
    )
    assert finished is False
    with postgres_database.transaction() as session:
        assert session.get_one(Campaign, running).state == "running"


def test_a_campaign_that_is_being_finished_opens_no_member_again(
    postgres_database: Database, running: int
) -> None:
    with postgres_database.transaction() as session:
        one, other = session.scalars(select(Customer.external_id).order_by(Customer.id)).all()
        merge(session, one, other, reason="the same person", by="chief", at=AT)
        all_done(session)

    def parted(session: Session) -> tuple[int, ...]:
        return split(session, one, other, reason="two persons after all", by="chief", at=AT).opened

    assert side_by_side(postgres_database, lambda s: finish_campaign(s, running, AT), parted) == ()
    with postgres_database.transaction() as session:
        assert session.scalars(select(CampaignMember.state)).all() == ["done", "done"]


@pytest.mark.parametrize(
    "change",
    [
        lambda session, id_: start_campaign(session, id_, AT),
        lambda session, id_: pause_campaign(session, id_, "lunch"),
        lambda session, id_: resume_campaign(session, id_),
        lambda session, id_: launch_campaign(session, id_, AT),
    ],
    ids=["start", "pause", "resume", "launch"],
)
def test_a_campaign_that_is_being_stopped_stays_stopped(
    postgres_database: Database, running: int, change: Callable[[Session, int], object]
) -> None:
    with pytest.raises(ConflictError, match="finished"):
        side_by_side(
            postgres_database,
            lambda session: stop_campaign(session, running, by="chief", at=AT),
            lambda session: change(session, running),
        )
    with postgres_database.transaction() as session:
        assert session.get_one(Campaign, running).state == "finished"
