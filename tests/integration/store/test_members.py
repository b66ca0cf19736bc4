"""Whom a campaign is over: days as of today, broken promises, and customers not heard of for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.language import language_dir
from campaigns.compliance.facts import Purpose
from campaigns.dialing import creation
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.errors import ConflictError
from campaigns.published import load_published
from campaigns.store import campaigns as store
from campaigns.store.campaigns import NewInvitation, create_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.ledger import Reservation, member_in_turn, start_dial
from campaigns.store.models import (
    Account,
    Attempt,
    Campaign,
    CampaignMember,
    Customer,
    Invitation,
    Permit,
    Promise,
)
from tests.integration.store.rows import AT, add_customer, add_worker

HERE = AT.astimezone(ZoneInfo("Asia/Shanghai"))
TODAY = HERE.date()
INVITATION = NewInvitation("您有一份老客户的利率优惠。", TODAY + timedelta(days=30), "产品部")


@pytest.fixture(autouse=True, scope="module")
def flows_read_once() -> Iterator[None]:
    """Reading a flow with its prompts is most of the time that these tests take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(creation, "load_published", cache(load_published))
        yield


class Lender:
    institution, hotline = "长河消费金融", "4001234567"


def dormant(session: Session, days: int | None, consent: bool | None = True, amount_due: int = 0) -> Customer:
    customer = add_customer(session, amount_due=amount_due)
    customer.last_active_on = None if days is None else TODAY - timedelta(days=days)
    customer.marketing_consent = consent
    return customer


def made(
    database: Database, flow: str, audience: Audience | None = None, **more: object
) -> store.CampaignView:
    with database.transaction() as session:
        wanted = NewCampaign("c", flow, audience or Audience(), **more)  # type: ignore[arg-type]
        return create(session, wanted, language_dir("zh"), Lender(), HERE)[0]


def members(database: Database) -> list[int]:
    with database.transaction() as session:
        return list(session.scalars(select(CampaignMember.customer_id).order_by(CampaignMember.id)))


def test_days_past_due_are_counted_to_today_not_to_the_file(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        stale, fresh = add_customer(session, days_past_due=28).id, add_customer(session, days_past_due=28).id
        since_then = update(Account).where(Account.customer_id == stale)
        session.execute(since_then.values(due_date=TODAY - timedelta(days=31)))
    assert made(clean_database, "repayment-reminder").members == 1
    assert members(clean_database) == [fresh]


def test_the_dormant_owe_nothing_on_any_account_and_the_last_heard_of_come_first(
    clean_database: Database,
) -> None:
    with clean_database.transaction() as session:
        long, longer = dormant(session, 181).id, dormant(session, 400).id
        silent = dormant(session, 200, consent=None).id
        dormant(session, 179)
        dormant(session, None)
        dormant(session, 300, amount_due=1)
        also_owes = dormant(session, 300)
        owing = session.scalars(select(Account).where(Account.customer_id == also_owes.id)).one()
        session.add(
            Account(
                **{c.key: getattr(owing, c.key) for c in Account.__table__.columns if c.key != "id"}
                | {"external_id": "second", "amount_due": 5}
            )
        )
    campaign = made(clean_database, "dormant-offer", invitation=INVITATION)
    assert (campaign.purpose, campaign.members) == (Purpose.MARKETING, 3)
    # Who never said yes is a member too: the decision not to call is taken, and on record, at the call.
    assert members(clean_database) == [long, silent, longer]
    with clean_database.transaction() as session:
        invitation = session.scalars(select(Invitation)).one()
        assert (invitation.text, invitation.approved_by) == ("您有一份老客户的利率优惠", "产品部")


@pytest.mark.parametrize(
    ("text", "days", "by", "says"),
    [
        ("您的贷款有优惠", 3, "x", "'贷'"),
        ("最高送200元", 3, "x", "sounds of a debt"),
        ("利率优惠", -1, "x", "ended on"),
        ("利率优惠", 3, " ", "--approved-by"),
        ("。", 3, "x", "one sentence"),
        ("好" * 121, 3, "x", "at most 120"),
    ],
)
def test_an_invitation_that_may_not_be_spoken_makes_no_campaign(
    clean_database: Database, text: str, days: int, by: str, says: str
) -> None:
    with pytest.raises(ConflictError, match=says):
        made(
            clean_database,
            "dormant-offer",
            invitation=NewInvitation(text, TODAY + timedelta(days=days), by),
        )


def test_nobody_to_call_says_where_they_would_come_from(clean_database: Database) -> None:
    with pytest.raises(ConflictError, match="last_active_on"):
        made(clean_database, "dormant-offer", invitation=INVITATION)
    with pytest.raises(ConflictError, match="promises check"):
        made(clean_database, "broken-promise")
    with pytest.raises(ConflictError, match="31 to 90"):
        made(clean_database, "later-stage")


def test_the_broken_promise_campaign_is_about_the_account_of_the_promise(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        kept, broken = add_customer(session), add_customer(session, days_past_due=100)
        for customer, state in ((kept, "kept"), (broken, "broken")):
            account = session.scalars(select(Account).where(Account.customer_id == customer.id)).one()
            session.add(
                Promise(
                    customer_id=customer.id,
                    account_id=account.id,
                    amount=5_000,
                    currency="CNY",
                    due=date(2026, 2, 27),
                    state=state,
                    made_at=AT - timedelta(days=9),
                )
            )
    campaign = made(clean_database, "broken-promise")
    assert (campaign.purpose, members(clean_database)) == (Purpose.BROKEN_PROMISE, [broken.id])


def occasion(database: Database, campaign: store.CampaignView, day: date) -> tuple[object, object, object]:
    """What a decision on the only member weighs of its purpose, on ``day``."""
    with database.transaction() as session:
        store.start_campaign(session, campaign.id, AT)
        member = session.scalars(select(CampaignMember)).one()
        member.state, member.turn = "queued", 1
        session.flush()
        turn = member_in_turn(session, member.id, 1)
        assert turn is not None
        around = Surroundings(AT, True, True, AT - timedelta(days=8), day)
        (facts,) = call_facts(session, turn, numbers_of(session, member.customer_id), around)
        return facts.debt_owed, facts.occasion_stands, facts.marketing_consent


def test_an_invitation_is_weighed_with_its_end_all_debts_and_the_consent(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        customer_id = dormant(session, 200, consent=True).id
    campaign = made(clean_database, "dormant-offer", invitation=INVITATION)
    assert occasion(clean_database, campaign, INVITATION.valid_until) == (False, True, True)
    assert occasion(clean_database, campaign, INVITATION.valid_until + timedelta(days=1))[1] is False
    with clean_database.transaction() as session:
        session.execute(update(Customer).values(marketing_consent=None))
        session.execute(update(Account).where(Account.customer_id == customer_id).values(amount_due=3))
    assert occasion(clean_database, campaign, TODAY) == (True, True, None)


def reserved(session: Session, campaign_id: int) -> Reservation:
    """A dial of the only member that compliance has allowed."""
    member = session.scalars(select(CampaignMember)).one()
    add_worker(session, "w")
    (number,) = numbers_of(session, member.customer_id)
    attempt = Attempt(
        member_id=member.id,
        campaign_id=campaign_id,
        customer_id=member.customer_id,
        number_id=number.id,
        e164=number.e164,
        turn=1,
        n=1,
        worker="w",
        reserved_at=AT,
    )
    session.add(attempt)
    session.flush()
    until = AT + timedelta(seconds=60)
    session.add(
        Permit(id="p", attempt_id=attempt.id, e164=number.e164, issued_at=AT, expires_at=until, pack="p")
    )
    session.flush()
    return Reservation(
        attempt.id, member.id, member.customer_id, number.id, number.e164, 1, "p", "p", AT, until
    )


@pytest.mark.parametrize(
    ("change", "dials"),
    [
        (None, True),
        (update(Customer).values(marketing_consent=False), False),
        (update(Customer).values(marketing_consent=None), False),
        (update(Account).values(amount_due=1), False),
        (update(Campaign).values(state="paused"), False),
    ],
)
def test_a_consent_withdrawn_between_decision_and_dial_stops_the_dial(
    clean_database: Database, change: object, dials: bool
) -> None:
    with clean_database.transaction() as session:
        dormant(session, 200)
    campaign = made(clean_database, "dormant-offer", invitation=INVITATION)
    with clean_database.transaction() as session:
        store.start_campaign(session, campaign.id, AT)
        reservation = reserved(session, campaign.id)
        if change is not None:
            session.execute(change)  # type: ignore[call-overload]
        assert start_dial(session, reservation, AT, "w") is dials


def test_a_reminder_is_made_of_what_is_due_whatever_was_said_of_marketing(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        add_customer(session)
        campaign = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=HERE)
        store.start_campaign(session, campaign.id, AT)
        assert start_dial(session, reserved(session, campaign.id), AT, "w")
