"""Random histories of records that are merged and split, and an independent account of what must count."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaigns.compliance.facts import CallFacts, Purpose
from campaigns.dialing.audience import Audience
from campaigns.store import legal
from campaigns.store.campaigns import create_campaign
from campaigns.store.facts import Surroundings, fact_sheet, numbers_of
from campaigns.store.member_turns import MemberTurn
from campaigns.store.merging import merge
from campaigns.store.models import (
    Attempt,
    Call,
    CampaignMember,
    Customer,
    FollowUp,
    Promise,
    SharedHistory,
    Suppression,
)
from campaigns.store.splitting import split
from tests.integration.store.rows import AT, add_customer

FLAGS = ("bankruptcy", "deceased")


@dataclass
class Told:
    """What was put on record of one customer record."""

    owner: int
    what: str
    n: int


@dataclass
class World:
    """Customers in one campaign, and what counts for each, kept by sets and groups, not by links."""

    session: Session
    customers: list[Customer]
    now: datetime = AT
    events: list[Told] = field(default_factory=list)
    groups: list[set[int]] = field(default_factory=list)
    inherited: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, n: int) -> World:
        customers = [add_customer(session) for _ in range(n)]
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        world = cls(session, customers)
        world.groups = [{i} for i in range(n)]
        world.inherited = {i: set() for i in range(n)}
        return world

    def group(self, i: int) -> set[int]:
        return next(group for group in self.groups if i in group)

    def counts(self, i: int) -> set[int]:
        """The events that count for record ``i``."""
        group = self.group(i)
        own = {n for n, told in enumerate(self.events) if told.owner in group}
        return own.union(*(self.inherited[each] for each in group))

    def merge(self, i: int, j: int) -> None:
        if j in self.group(i):
            return
        merge(
            self.session,
            self.customers[i].external_id,
            self.customers[j].external_id,
            reason="same person",
            by="x",
            at=self.now,
        )
        one, other = self.group(i), self.group(j)
        self.groups = [g for g in self.groups if g not in (one, other)] + [one | other]

    def split(self, i: int, j: int) -> None:
        group = self.group(i)
        if i == j or j not in group:
            return
        keys = self.customers[i].external_id, self.customers[j].external_id
        before = self.counts(i)
        split(self.session, *keys, reason="two people", by="x", at=self.now)
        self.groups = [g for g in self.groups if g != group] + [group - {j}, {j}]
        for each in group:
            self.inherited[each] |= before

    def tell(self, i: int, what: str) -> None:
        """Put something on record of record ``i``."""
        self.events.append(Told(i, what, len(self.events)))
        getattr(self, f"_{what}")(self.customers[i], len(self.events))
        self.session.flush()

    def member(self, customer: Customer) -> CampaignMember:
        query = select(CampaignMember).where(CampaignMember.customer_id == customer.id)
        return self.session.scalars(query).one()

    def _attempt(self, customer: Customer, n: int) -> Attempt:
        member = self.member(customer)
        attempt = Attempt(
            member_id=member.id,
            campaign_id=member.campaign_id,
            customer_id=customer.id,
            number_id=customer.numbers[0].id,
            e164=customer.numbers[0].e164,
            turn=1000 + n,
            n=1000 + n,
            state="ended",
            worker="w",
            reserved_at=self.now,
            dialed_at=self.now,
            ended_at=self.now,
            disposition="no_answer",
        )
        self.session.add(attempt)
        self.session.flush()
        return attempt

    def _talk(self, customer: Customer, n: int) -> None:
        self.session.add(
            Call(
                direction="inbound",
                customer_id=customer.id,
                line="l",
                line_call_id=str(n),
                flow="f",
                flow_version="1",
                started_at=self.now,
                answered_at=self.now,
                ended_at=self.now,
                cause="normal",
                disposition="refused",
                right_party=True,
                effective=True,
            )
        )

    def _stop(self, customer: Customer, n: int) -> None:
        until = None if n % 2 else self.now + timedelta(days=1)
        self.session.add(
            Suppression(customer_id=customer.id, reason="opt_out", created_at=self.now, until=until)
        )

    def _case(self, customer: Customer, _n: int) -> None:
        self.session.add(FollowUp(customer_id=customer.id, reason="complaint", created_at=self.now))

    def _promise(self, customer: Customer, n: int) -> None:
        self.session.add(
            Promise(
                customer_id=customer.id,
                account_id=customer.accounts[0].id,
                amount=1,
                currency="CNY",
                due=(self.now + timedelta(days=n % 4)).date(),
                state="pending",
                made_at=self.now,
            )
        )

    def _callback(self, customer: Customer, n: int) -> None:
        self.member(customer).callback_at = self.now + timedelta(hours=n % 5 - 1)

    def _imported(self, customer: Customer, n: int) -> None:
        customer.attributes = {**customer.attributes, FLAGS[n % 2]: bool(n % 3)}

    def _region(self, customer: Customer, n: int) -> None:
        customer.region = ("新疆", "西藏", "上海")[n % 3]

    def _fact(self, customer: Customer, n: int) -> None:
        kind, given, details = (
            ("consent", True, {}),
            ("consent", False, {}),
            ("hours", False, {"start": "09:00", "end": "12:00"}),
            ("hours", True, {"start": "20:00"}),
            ("location", True, {"zone": "Asia/Urumqi", "region": "新疆"}),
            ("talk", True, {"by": "agency"}),
            ("bankruptcy", bool(n % 2), {}),
            ("notice", True, {}),
            ("line", True, {"line": "landline"}),
        )[n % 9]
        scope: dict[str, Any] = {"e164": customer.numbers[0].e164} if kind == "line" else {}
        legal.record_fact(
            self.session,
            customer.id,
            kind,
            given=given,
            as_of=self.now,
            at=self.now,
            by="x",
            details=details,
            evidence="e",
            **scope,
        )

    def facts(self, i: int, purpose: Purpose = Purpose.REMINDER) -> CallFacts:
        customer = self.customers[i]
        turn = MemberTurn(0, 0, customer.id, customer.accounts[0].id, 0, "running", purpose)
        around = Surroundings(
            self.now, True, True, AT - timedelta(days=31), self.now.date(), frozenset(FLAGS)
        )
        return fact_sheet(self.session, turn, numbers_of(self.session, customer.id), around).facts[0]

    def facts_apart(self, i: int) -> CallFacts:
        """As they would be had nothing ever been merged."""
        with self.session.begin_nested() as savepoint:
            self.session.execute(delete(SharedHistory))
            found = self.facts(i)
            savepoint.rollback()
        return found

    def of_kind(self, i: int, what: str) -> int:
        return sum(self.events[n].what == what for n in self.counts(i))


def restrictions(facts: CallFacts) -> dict[str, Any]:
    """All that may only grow, as numbers."""
    return {
        "attempts": len(facts.debtor_attempts),
        "talks": len(facts.talks),
        "bars": len(facts.suppressions),
        "cases": len(facts.open_cases),
        "flags": len({flag.name for flag in facts.flags if flag.given}),
    }
