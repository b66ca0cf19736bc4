"""Whatever comes in between the decision and the dial, in any order, is heard before the line is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.dialing.audience import Audience
from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.reserve import Reserved, Rules, weigh_turn
from campaigns.dialing.trunk import begin_dial, settle_no_dial
from campaigns.errors import ConflictError
from campaigns.store import lines
from campaigns.store.campaigns import create_campaign, pause_campaign
from campaigns.store.changes import stop_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings
from campaigns.store.handout import claim_due
from campaigns.store.models import (
    Account,
    Attempt,
    Campaign,
    CampaignMember,
    Customer,
    FollowUp,
    LegalFact,
    LineState,
    Pace,
    Suppression,
)
from campaigns.store.pacing import Trunk
from tests.integration.store.rows import AT, add_customer, add_worker

PACK = load_effective("cn-mainland")
SECOND = timedelta(seconds=1)


def pays(session: Session, member: CampaignMember) -> None:
    session.get_one(Account, member.account_id).amount_due = 0


def pays_a_part(session: Session, member: CampaignMember) -> None:
    account = session.get_one(Account, member.account_id)
    account.amount_due = min(account.amount_due, 1)  # who has paid all owes nothing again


def complains(session: Session, member: CampaignMember) -> None:
    session.add(FollowUp(customer_id=member.customer_id, reason="complaint", created_at=AT))


def opts_out(session: Session, member: CampaignMember) -> None:
    session.add(Suppression(customer_id=member.customer_id, reason="do_not_call", created_at=AT))


def opts_out_and_back_in(session: Session, member: CampaignMember) -> None:
    bar = Suppression(customer_id=member.customer_id, reason="do_not_call", created_at=AT, lifted_at=AT)
    session.add(bar)


def number_barred(session: Session, member: CampaignMember) -> None:
    e164 = session.get_one(Customer, member.customer_id).numbers[0].e164
    session.add(Suppression(e164=e164, reason="wrong_party", created_at=AT))


def fact_filed(session: Session, member: CampaignMember) -> None:
    session.add(
        LegalFact(
            customer_id=member.customer_id, kind="bankruptcy", given=True, details={}, evidence="x",
            as_of=AT, recorded_at=AT, recorded_by="t",
        )
    )  # fmt: skip


def paused(session: Session, member: CampaignMember) -> None:
    with suppress(ConflictError):  # it was stopped before
        pause_campaign(session, member.campaign_id, "lunch")


def stopped(session: Session, member: CampaignMember) -> None:
    with suppress(ConflictError):
        stop_campaign(session, member.campaign_id, by="chief", at=AT)


def line_fails(session: Session, member: CampaignMember) -> None:
    lines.lock_line(session, "simulated").circuit = "open"


def another_pays(session: Session, member: CampaignMember) -> None:
    add_customer(session, amount_due=0)


Event = Callable[[Session, CampaignMember], None]
FORBIDS: tuple[Event, ...] = (
    pays, complains, opts_out, number_barred, fact_filed, paused, stopped, line_fails,
)  # fmt: skip
HARMLESS: tuple[Event, ...] = (pays_a_part, opts_out_and_back_in, another_pays)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(st.sampled_from([*FORBIDS, *HARMLESS, *HARMLESS]), max_size=4, unique=True),
    ahead=st.integers(0, 4),
    late_s=st.sampled_from([0.0, 0.0, 1.5, 2.5, 70.0]),
)
def test_a_call_is_dialled_only_if_nothing_speaks_against_it_at_that_moment(
    sqlite_database: Database, events: list[Event], ahead: int, late_s: float
) -> None:
    rules = Rules(PACK, LogSeal(b"k" * 32), "w", "zh", Trunk(rules=LineRules(calls_per_second=1)))
    with sqlite_database.transaction() as session:
        session.execute(delete(LineState))
        session.execute(delete(Pace))
        session.execute(update(Account).values(amount_due=0))  # of those from earlier histories
        if session.scalar(select(Campaign.id).limit(1)) is None:
            add_worker(session, "w")
        customer = add_customer(session)
        session.flush()
        campaign = create_campaign(
            session, f"c{customer.id}", "f", Audience(), concurrency=1000, calls_per_second=1000, at=AT
        )
        session.get_one(Campaign, campaign.id).state = "running"
        lines.lock_line(session, "simulated").starts = [
            10_000 * (int(AT.timestamp()) + n) for n in range(ahead)
        ]
        session.get_one(LineState, "simulated").campaigns = [0] * ahead
    with sqlite_database.transaction() as session:
        (mine,) = claim_due(session, campaign.id, AT, 10, "w")
    around = Surroundings(AT, True, True, AT - PACK.look_back, AT.date(), frozenset())
    with sqlite_database.transaction() as session:
        weighed = weigh_turn(session, mine.member_id, mine.turn, campaign.id, rules, lambda: around)
    assert isinstance(weighed, Reserved)
    assert weighed.slot.at == AT + ahead * SECOND  # the others have theirs
    for event in events:
        with sqlite_database.transaction() as session:
            event(session, session.get_one(CampaignMember, mine.member_id))
    at = weighed.slot.at + late_s * SECOND
    with sqlite_database.transaction() as session:
        begun = begin_dial(session, weighed.reservation, weighed.slot, at, "w")
    assert begun == (late_s <= 2 and not set(events) & set(FORBIDS))
    with sqlite_database.transaction() as session:
        again = begin_dial(session, weighed.reservation, weighed.slot, at, "w")
        assert not again  # a permit is spent once
        settle_no_dial(session, weighed.reservation.attempt_id, weighed.slot, at)
        session.flush()
        attempt = session.get_one(Attempt, weighed.reservation.attempt_id, populate_existing=True)
        member = session.get_one(CampaignMember, mine.member_id, populate_existing=True)
        assert (attempt.state, attempt.charged) == ("ended", False)
        # They keep their place, unless the campaign is over.
        assert member.state == ("done" if stopped in events else "waiting")
