"""What people write to us, and who asked for no more messages.

STOP puts the fact ``texts``, not given, on file for every customer who has the number, and where the rule
pack says so takes back their consent to calls to it. START takes back what STOP put there, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaigns.store.legal import CONSENT, TEXTS, record_fact, standing, withdraw_fact
from campaigns.store.models import LegalFact, PhoneNumber, TextReceived
from campaigns.store.outcomes import open_follow_up
from campaigns.store.people import shared
from telephony import messages as telephony
from telephony.messages import Wish

BY = "text_message"
"""Who put a fact on file that a keyword asked for."""
WROTE = "text_received"
"""Why a person is asked: a customer wrote something that is no keyword."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made of a message to us. ``customers``: those who have the number, their own first."""

    wish: Wish | None
    customers: tuple[int, ...]


def take_text(
    session: Session, line: str, received: telephony.TextReceived, at: datetime, *, stop_bars_calls: bool
) -> Taken | None:
    """Put a message to us on record and do what it asks for; None when it came before.

    Answering HELP is the caller's business. Anything but a keyword is a person's.
    """
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(TextReceived) if postgres else sqlite.insert(TextReceived)
    # Another worker may be writing the same message down now: the insert waits for it, and finds it.
    new = insert.values(
        line=line,
        line_message_id=received.id[:64],
        e164=received.number,
        wish=received.wish,
        text=received.text,
        at=at,
    ).on_conflict_do_nothing(index_elements=["line", "line_message_id"])
    row = session.scalar(new.returning(TextReceived))
    if row is None:
        return None
    customers = tuple(
        session.scalars(
            select(PhoneNumber.customer_id)
            .where(PhoneNumber.e164 == received.number)
            .order_by(PhoneNumber.relation != "self", PhoneNumber.id)
        )
    )
    for customer_id in customers:
        match received.wish:
            case Wish.STOP:
                _stop(session, customer_id, row, stop_bars_calls=stop_bars_calls)
            case Wish.START:
                _start(session, customer_id, row)
            case None:
                open_follow_up(session, customer_id, WROTE, at)
            case Wish.HELP:
                pass
    return Taken(received.wish, customers)


def opted_out(session: Session, customer_id: int, e164: str) -> bool:
    """Whether the customer, or whoever has the number, wants no messages to it.

    By a fact on file, and by the number's last word: it may have come to a customer after that was said.
    """
    last = session.scalar(
        select(TextReceived.wish)
        .where(TextReceived.e164 == e164, TextReceived.wish.in_([Wish.STOP, Wish.START]))
        .order_by(TextReceived.id.desc())
        .limit(1)
    )
    if last == Wish.STOP:
        return True
    person = shared(session, customer_id).ids
    every_number = and_(LegalFact.customer_id.in_(person), LegalFact.e164.is_(None))
    on_file = exists().where(
        LegalFact.kind == TEXTS,
        LegalFact.given.is_(False),
        or_(LegalFact.e164 == e164, every_number),
        standing(),
    )
    return session.scalar(select(on_file)) or False


def _stop(session: Session, customer_id: int, row: TextReceived, *, stop_bars_calls: bool) -> None:
    kinds = (TEXTS, CONSENT) if stop_bars_calls else (TEXTS,)
    already = {fact.kind for fact in _set_by_stop(session, customer_id, row.e164)}
    for kind in kinds:
        if kind not in already:
            record_fact(
                session,
                customer_id,
                kind,
                given=False,
                as_of=row.at,
                at=row.at,
                by=BY,
                evidence=f"text_received {row.id}",
                e164=row.e164,
            )


def _start(session: Session, customer_id: int, row: TextReceived) -> None:
    for fact in _set_by_stop(session, customer_id, row.e164):
        withdraw_fact(session, fact.id, at=row.at, by=BY, evidence=f"text_received {row.id}")


def _set_by_stop(session: Session, customer_id: int, e164: str) -> list[LegalFact]:
    return list(
        session.scalars(
            select(LegalFact)
            .where(
                LegalFact.customer_id == customer_id,
                LegalFact.e164 == e164,
                LegalFact.kind.in_([TEXTS, CONSENT]),
                LegalFact.given.is_(False),
                LegalFact.recorded_by == BY,
                standing(),
            )
            .order_by(LegalFact.id)
        )
    )
