"""What is kept up of a campaign equals what its rows come to, whatever was done to them."""

# ruff: noqa: E501 - tables are read by the line

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from campaigns.dialing.audience import Audience
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    CampaignTally,
    Customer,
    DecisionRecord,
    Deletion,
    PhoneNumber,
    Promise,
)
from campaigns.store.tallies import Tallied, fold, tallies_of
from tests.integration.store.rows import AT, add_customer

CODES = ("promise", "no_answer", "busy", "do_not_call")
STEPS = 250


def counted(session: Session) -> dict[tuple[int, str, str], int]:
    """The same from the rows themselves."""
    placed = (Attempt.charged, Attempt.dialed_at.is_not(None))
    questions: list[tuple[str, Any]] = [
        ("members", select(CampaignMember.campaign_id, func.count()).group_by(CampaignMember.campaign_id)),
        (
            "done",
            select(CampaignMember.campaign_id, func.count())
            .where(CampaignMember.state == "done")
            .group_by(CampaignMember.campaign_id),
        ),
        ("dialled", select(Attempt.campaign_id, func.count()).where(*placed).group_by(Attempt.campaign_id)),
        (
            "reached",
            select(Attempt.campaign_id, func.count(Attempt.member_id.distinct()))
            .where(*placed)
            .group_by(Attempt.campaign_id),
        ),
        (
            "ending",
            select(Attempt.campaign_id, func.count(), Attempt.disposition)
            .where(Attempt.disposition.is_not(None))
            .group_by(Attempt.campaign_id, Attempt.disposition),
        ),
        (
            "call",
            select(Call.campaign_id, func.count(), Call.disposition)
            .where(Call.campaign_id.is_not(None))
            .group_by(Call.campaign_id, Call.disposition),
        ),
        (
            "party",
            select(Call.campaign_id, func.count())
            .where(Call.campaign_id.is_not(None), Call.right_party)
            .group_by(Call.campaign_id),
        ),
        (
            "promises",
            select(Call.campaign_id, func.count())
            .join(Promise, Promise.call_id == Call.id)
            .where(Call.campaign_id.is_not(None), Promise.state != "cancelled")
            .group_by(Call.campaign_id),
        ),
        (
            "objection",
            select(DecisionRecord.campaign_id, func.count(), DecisionRecord.reason)
            .where(DecisionRecord.verdict != "allow")
            .group_by(DecisionRecord.campaign_id, DecisionRecord.reason),
        ),
    ]
    return {
        (row[0], what, row[2] if len(row) > 2 else ""): row[1]
        for what, query in questions
        for row in session.execute(query)
    }


def kept_up(session: Session) -> dict[tuple[int, str, str], int]:
    ids = list(session.scalars(select(Campaign.id)))
    return {
        (campaign_id, what.value, code): n
        for campaign_id, found in tallies_of(session, ids).items()
        for what, codes in found.items()
        for code, n in codes.items()
    }


class Events:
    """Things that happen to campaigns, one by one and in bulk, chosen at random."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session, self.chance = session, chance
        self.number = Counter[int]()

    def some(self, table: Any, *where: Any) -> Any:
        """One of the rows that fit; None where there is none."""
        rows = self.session.scalars(select(table).where(*where).order_by(table.id)).all()
        return self.chance.choice(rows) if rows else None

    def step(self) -> None:
        deeds = (self.reserve, self.reserve, self.dial, self.dial, self.end, self.end, self.settle, self.come_in,
                 self.object, self.withdraw, self.forget_decisions, self.finish, self.lose_all, self.part)  # fmt: skip
        self.chance.choice(deeds)()
        self.session.flush()

    def reserve(self) -> None:
        busy = select(Attempt.member_id).where(Attempt.state.in_(("reserved", "dialing")))
        live = select(Attempt.customer_id).where(Attempt.state.in_(("reserved", "dialing")))
        member = self.some(
            CampaignMember, CampaignMember.id.not_in(busy), CampaignMember.customer_id.not_in(live)
        )
        if member is None:
            return
        number = self.session.scalars(
            select(PhoneNumber).where(PhoneNumber.customer_id == member.customer_id)
        ).one()
        member.turn += 1
        self.number[member.customer_id] += 1
        self.session.add(
            Attempt(
                member_id=member.id, campaign_id=member.campaign_id, customer_id=member.customer_id,
                number_id=number.id, e164=number.e164, turn=member.turn, n=self.number[member.customer_id],
                worker="w", reserved_at=AT,
            )
        )  # fmt: skip

    def dial(self) -> None:
        if (attempt := self.some(Attempt, Attempt.state == "reserved")) is not None:
            attempt.state, attempt.dialed_at = "dialing", AT

    def end(self) -> None:
        if (attempt := self.some(Attempt, Attempt.state == "dialing")) is None:
            return
        attempt.state, attempt.ended_at = "ended", AT + timedelta(minutes=1)
        attempt.disposition = self.chance.choice((*CODES, "trunk_fault"))
        if attempt.disposition == "trunk_fault":
            attempt.charged = False
            return
        right_party = attempt.disposition in ("promise", "do_not_call")
        call = self._call(attempt, attempt.disposition, right_party)
        if attempt.disposition == "promise":
            self._promise(call)
        if self.chance.random() < 0.5:
            self.session.get_one(CampaignMember, attempt.member_id).state = "done"

    def come_in(self) -> None:
        """A call that is of no campaign, and the promise that is made in it."""
        call = self._call(None, "promise", True)
        self._promise(call)

    def settle(self) -> None:
        if (promise := self.some(Promise)) is not None:
            promise.state = self.chance.choice(("kept", "broken", "cancelled", "pending"))

    def object(self) -> None:
        member = self.some(CampaignMember)
        verdict = self.chance.choice(("allow", "defer", "refuse"))
        reason = "allowed" if verdict == "allow" else self.chance.choice(("day_cap", "outside_window"))
        self.session.add(
            DecisionRecord(
                at=AT, campaign_id=member.campaign_id, customer_id=member.customer_id, verdict=verdict,
                reason=reason, pack="p@1",
            )
        )  # fmt: skip

    def withdraw(self) -> None:
        """Dialled, and taken back: nothing rang."""
        if (attempt := self.some(Attempt, Attempt.dialed_at.is_not(None))) is not None:
            attempt.charged = not attempt.charged

    def forget_decisions(self) -> None:
        """As retention does, with the deletion on record before."""
        row = self.some(DecisionRecord)
        if row is None:
            return
        self.session.add(
            Deletion(
                at=AT, kind="decisions", first_id=row.id, last_id=row.id + 2, last_link="0", count=3,
                newest_at=AT, why="p@1", link="0",
            )
        )  # fmt: skip
        self.session.flush()
        self.session.execute(delete(DecisionRecord).where(DecisionRecord.id.between(row.id, row.id + 2)))
        self.session.expire_all()

    def finish(self) -> None:
        """Many members at once."""
        state = self.chance.choice(("done", "waiting"))
        self.session.execute(
            update(CampaignMember)
            .where(CampaignMember.id % 3 == self.chance.randrange(2))
            .values(state=state)
        )
        self.session.expire_all()

    def lose_all(self) -> None:
        self.session.execute(
            update(Attempt)
            .where(Attempt.state.in_(("reserved", "dialing")))
            .values(state="lost", disposition="lost", ended_at=AT)
        )
        self.session.expire_all()

    def part(self) -> None:
        """A member that nothing is on record of is taken out."""
        untouched = CampaignMember.id.not_in(select(Attempt.member_id))
        if (member := self.some(CampaignMember, untouched)) is not None and self.chance.random() < 0.3:
            self.session.delete(member)

    def _call(self, attempt: Attempt | None, disposition: str, right_party: bool) -> Call:
        customer = self.some(Customer)
        call = Call(
            direction="inbound" if attempt is None else "outbound",
            attempt_id=attempt.id if attempt else None,
            campaign_id=attempt.campaign_id if attempt else None,
            customer_id=attempt.customer_id if attempt else customer.id,
            line="simulated", line_call_id="x", flow="f", flow_version="1", started_at=AT, ended_at=AT,
            cause="normal", disposition=disposition, right_party=right_party,
        )  # fmt: skip
        self.session.add(call)
        self.session.flush()
        return call

    def _promise(self, call: Call) -> None:
        account_id = self.session.scalars(
            select(CampaignMember.account_id).where(CampaignMember.customer_id == call.customer_id)
        ).first()
        if account_id is not None:
            self.session.add(
                Promise(
                    call_id=call.id, customer_id=call.customer_id, account_id=account_id, amount=1,
                    currency="CNY", due=AT.date(), made_at=AT,
                )
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_tallies_equal_the_rows_after_whatever_happens(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    with database.transaction() as session:
        for _ in range(8):
            add_customer(session)
        for name in ("one", "two"):
            create_campaign(session, name, "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
    with database.transaction() as session:
        assert kept_up(session) == counted(session)
        events = Events(session, chance)
        seen: set[str] = set()
        for step in range(STEPS):
            events.step()
            if step % 10 == 0:
                expected = counted(session)
                assert kept_up(session) == expected, step
                seen |= {what for _, what, _ in expected}
        expected = counted(session)
        assert kept_up(session) == expected
    assert seen == set(Tallied)  # the events touched everything that is counted
    with database.transaction() as session:
        fold(session)
        assert kept_up(session) == expected


def test_what_is_undone_is_not_counted(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
    with database.rehearsal() as session:
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
    with database.reading() as session:
        assert session.scalars(select(CampaignTally.n)).all() == []


def test_counts_of_connections_that_are_gone_become_one(postgres_database: Database) -> None:
    for name in ("a", "b", "c"):
        with postgres_database.transaction() as session:
            add_customer(session)
            create_campaign(session, name, "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        postgres_database.close()  # each on a connection of its own
    with postgres_database.transaction() as session:
        before = kept_up(session)
        assert session.scalar(select(func.count()).where(CampaignTally.slot != 0)) == len(before) == 3
        fold(session)
        assert kept_up(session) == before
        assert session.scalar(select(func.count()).where(CampaignTally.slot != 0)) == 0


def test_a_campaign_that_is_deleted_leaves_no_count(database: Database) -> None:
    with database.transaction() as session:
        campaign = Campaign(name="c", flow="f", concurrency=1, calls_per_second=1, created_at=AT)
        session.add(campaign)
        session.flush()
        session.add(CampaignTally(campaign_id=campaign.id, what="done", code="", slot=7, n=1))
        session.flush()
        session.execute(delete(Campaign).where(Campaign.id == campaign.id))
        assert session.scalars(select(CampaignTally.n)).all() == []
