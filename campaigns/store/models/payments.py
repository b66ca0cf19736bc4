"""Promises to pay, and the payments that they are held against."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base


class Promise(Base):
    """A promise to pay, read back and confirmed, or told by a file. ``state``: pending, kept, broken or
    cancelled.

    With ``rest_due`` it is of a part by ``due``, and of the rest of what was ``owed`` by that day.
    """

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_standing", "state", "customer_id"),
        Index("ix_promise_state_made", "state", "made_at", "call_id"),
        Index("ix_promise_changed", text("coalesce(settled_at, made_at)"), "id"),  # what readers go on by
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), unique=True)  # None: made elsewhere
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    due: Mapped[date] = mapped_column(index=True)
    rest_due: Mapped[date | None]
    owed: Mapped[int | None] = mapped_column(
        BigInteger
    )  # the amount due when it was made, where that is known
    relief_offer_id: Mapped[int | None] = mapped_column(ForeignKey("relief_offer.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("instalment_plan.id"))  # whose first payment it is
    state: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    reason: Mapped[str | None] = mapped_column(String(32))  # of the state; None while it is pending
    paid: Mapped[int | None] = mapped_column(BigInteger)  # towards it, when it was last looked at
    made_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    link_opened_at: Mapped[datetime | None]  # when its payment link was first opened


class Payment(Base):
    """Money that arrived on an account. Append-only, and booked once a ``reference``."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    paid_on: Mapped[date] = mapped_column(index=True)  # the lender's calendar day
    paid_at: Mapped[datetime]  # the end of that day when only the day is known
    booked_at: Mapped[datetime]
    # True: the account's state was of a later day already, so its amounts were left alone.
    in_ledger: Mapped[bool] = mapped_column(default=False)
    file_name: Mapped[str] = mapped_column(String(255))
