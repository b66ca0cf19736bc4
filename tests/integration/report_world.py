"""A small database of campaign histories, written row by row, for the tests of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    DecisionRecord,
    Grade,
    PhoneNumber,
    Promise,
    ReliefOffer,
)

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@dataclass(frozen=True)
class Dial:
    """One attempt. ``talk_s`` None: nobody answered. ``code`` None: it is still being dialled."""

    code: str | None
    at: timedelta = timedelta()
    talk_s: int | None = None
    right_party: bool = False
    promise: int | None = None
    waives: int = 0
    placed: bool = True
    charged: bool = True
    recorded: bool = True  # False: a crash left no call row


@dataclass(frozen=True)
class History:
    """What happened to one member."""

    decisions: tuple[tuple[str, str], ...] = ()  # verdict, reason
    dials: tuple[Dial, ...] = ()
    grade: str | None = "B"
    amount_due: int = 100_000
    currency: str = "CNY"
    status: str = "active"
    external_id: str | None = None
    outcome: str | None = None


class World:
    """Writes histories into a session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def campaign(self, name: str, histories: list[History]) -> int:
        """A running campaign with one member a history; its id."""
        campaign = Campaign(
            name=name, flow="reminder", state="running", concurrency=4, calls_per_second=1.0, created_at=START
        )
        campaign.started_at = START
        self._add(campaign)
        for history in histories:
            self._member(campaign.id, history)
        return campaign.id

    def _member(self, campaign_id: int, history: History) -> None:
        customer = Customer(external_id="", name="张三", created_at=START, updated_at=START)
        customer.external_id = history.external_id or f"c-{id(customer)}-{campaign_id}"
        self._add(customer)
        customer.external_id = history.external_id or f"C{customer.id:06d}"
        account = Account(
            customer_id=customer.id,
            external_id=f"A{customer.id:06d}",
            product="credit_card",
            currency=history.currency,
            credit_limit=1_000_000,
            balance=history.amount_due,
            amount_due=history.amount_due,
            minimum_due=history.amount_due // 10,
            due_date=date(2026, 2, 20),
            days_past_due=10,
            as_of=START,
        )
        number = PhoneNumber(
            customer_id=customer.id, e164=f"+8615400{customer.id:06d}", status=history.status
        )
        number.status_source, number.status_at = "line", START + timedelta(hours=1)
        self._add(account, number)
        if history.grade:
            self._add(
                Grade(
                    customer_id=customer.id,
                    letter=history.grade,
                    points=500,
                    rules_version="1",
                    graded_at=START,
                )
            )
        member = CampaignMember(campaign_id=campaign_id, customer_id=customer.id, account_id=account.id)
        member.outcome = history.outcome
        self._add(member)
        for verdict, reason in history.decisions:
            self._add(
                DecisionRecord(
                    at=START,
                    campaign_id=campaign_id,
                    customer_id=customer.id,
                    number_id=number.id,
                    verdict=verdict,
                    reason=reason,
                    pack="cn-mainland@1",
                )
            )
        for turn, dial in enumerate(history.dials, 1):
            self._dial(member, number, account, turn, dial)

    def _dial(
        self, member: CampaignMember, number: PhoneNumber, account: Account, turn: int, dial: Dial
    ) -> None:
        at = START + dial.at
        ended = at + timedelta(seconds=20 + (dial.talk_s or 0))
        attempt = Attempt(
            member_id=member.id,
            campaign_id=member.campaign_id,
            customer_id=member.customer_id,
            number_id=number.id,
            e164=number.e164,
            turn=turn,
            n=turn,
            state="dialing" if dial.code is None else "lost" if dial.code == "lost" else "ended",
            worker="w1",
            reserved_at=at,
            dialed_at=at if dial.placed else None,
            ended_at=None if dial.code is None else ended,
            disposition=dial.code,
            charged=dial.charged,
        )
        self._add(attempt)
        if dial.code is None or not dial.placed or not dial.recorded:
            return
        call = Call(
            attempt_id=attempt.id,
            campaign_id=member.campaign_id,
            customer_id=member.customer_id,
            line="simulated",
            line_call_id=f"call-{attempt.id}",
            flow="reminder",
            flow_version="1",
            started_at=at,
            answered_at=None if dial.talk_s is None else at + timedelta(seconds=20),
            ended_at=ended,
            cause="normal",
            disposition=dial.code,
            right_party=dial.right_party,
        )
        self._add(call)
        if dial.promise is None:
            return
        offer = None
        if dial.waives:
            offer = ReliefOffer(
                account_id=account.id,
                kind="waive_late_fee",
                waives=dial.waives,
                pay_by=date(2026, 3, 9),
                approved_by="head of collections",
                approved_at=START,
                valid_until=date(2026, 3, 31),
            )
            self._add(offer)
        self._add(
            Promise(
                call_id=call.id,
                customer_id=member.customer_id,
                account_id=account.id,
                amount=dial.promise,
                currency=account.currency,
                due=date(2026, 3, 7),
                relief_offer_id=offer.id if offer else None,
                made_at=ended,
            )
        )

    def _add(self, *rows: object) -> None:
        self.session.add_all(rows)
        self.session.flush()


def allowed(*dials: Dial, **others: object) -> History:
    """A member whom one decision allowed, and the dials that followed."""
    return History((("allow", "allowed"),), dials, **others)  # type: ignore[arg-type]
