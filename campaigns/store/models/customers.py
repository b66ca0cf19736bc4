"""Customers, their accounts, numbers and grades."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import BlindPrefix, SealedJson, SealedText, SealedWord


class ImportBatch(Base):
    """One run of ``customers import``; running the same file again finds its rows already there."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)


SEALED_BEGINS = 4
"""Of how many characters the beginning of a sealed name is found."""


def _begins(size: int) -> Any:
    kind = BlindPrefix("name", "name", size)
    return mapped_column(kind, default=kind.default(), deferred=True)


class Customer(Base):
    """A person the lender has a contract with. ``external_id`` is the lender's own key."""

    __tablename__ = "customer"
    __table_args__ = (
        # What somebody types into a search box is the beginning of it.
        Index("ix_customer_key_begins", "external_id", postgresql_ops={"external_id": "text_pattern_ops"}),
        Index("ix_customer_name_begins", "name", postgresql_ops={"name": "text_pattern_ops"}),
        # And the same of a sealed name; without a key there is nothing in them.
        *(
            Index(
                f"ix_customer_name_begins_{n}",
                f"name_begins_{n}",
                sqlite_where=text(f"name_begins_{n} IS NOT NULL"),
                postgresql_where=text(f"name_begins_{n} IS NOT NULL"),
            )
            for n in range(1, SEALED_BEGINS + 1)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(SealedWord("name", 64))
    gender: Mapped[str | None] = mapped_column(String(8))  # male, female
    id_tail: Mapped[str | None] = mapped_column(SealedText("customer.id_tail", 4))
    region: Mapped[str | None] = mapped_column(String(32))  # province, for late-sunrise windows
    generated: Mapped[bool] = mapped_column(
        default=False
    )  # name and identity are invented, not a real person's
    # Imported fields that rules may use.
    attributes: Mapped[dict[str, Any]] = mapped_column(SealedJson("customer.attributes"), default=dict)
    last_active_on: Mapped[date | None]  # the last log-in or transaction that a file told of
    marketing_consent: Mapped[bool | None]  # to marketing calls; None: not known, which is no consent
    marketing_consent_on: Mapped[date | None]  # when it was given or withdrawn
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    name_begins_1: Mapped[str | None] = _begins(1)
    name_begins_2: Mapped[str | None] = _begins(2)
    name_begins_3: Mapped[str | None] = _begins(3)
    name_begins_4: Mapped[str | None] = _begins(4)

    accounts: Mapped[list[Account]] = relationship(back_populates="customer", order_by="Account.id")
    numbers: Mapped[list[PhoneNumber]] = relationship(back_populates="customer", order_by="PhoneNumber.id")

    @validates("name")
    def _begin_as_the_name(self, _key: str, name: str) -> str:
        for n in range(1, SEALED_BEGINS + 1):
            setattr(self, f"name_begins_{n}", name)
        return name


class Account(Base):
    """One credit account and its ledger as last imported."""

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_overdue", "days_past_due", "id"),
        Index("ix_account_owing", "amount_due", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    product: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    credit_limit: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)  # may be negative: overpaid
    amount_due: Mapped[int] = mapped_column(BigInteger)
    minimum_due: Mapped[int] = mapped_column(BigInteger)
    due_date: Mapped[date]
    days_past_due: Mapped[int] = mapped_column(index=True)  # 0 or less: not yet due
    # Newest month first: months in arrears, bills and payments (minor units).
    arrears_history: Mapped[list[int]] = mapped_column(default=list)
    bill_history: Mapped[list[int]] = mapped_column(default=list)
    payment_history: Mapped[list[int]] = mapped_column(default=list)
    as_of: Mapped[datetime]

    customer: Mapped[Customer] = relationship(back_populates="accounts")


class PhoneNumber(Base):
    """A number of a customer, whose it is, and what is known of its state."""

    __tablename__ = "phone_number"
    __table_args__ = (
        UniqueConstraint("customer_id", "e164"),
        Index("ix_phone_number_state", "status", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    e164: Mapped[str] = mapped_column(SealedWord("number", 16), index=True)
    relation: Mapped[str] = mapped_column(String(32), default="self")  # the rule pack's ``who`` keys
    generated: Mapped[bool] = mapped_column(default=False)  # from a range that can reach nobody
    status: Mapped[str] = mapped_column(String(24), default="unknown")  # telephony.status.NumberStatus
    status_source: Mapped[str] = mapped_column(String(24), default="none")
    status_at: Mapped[datetime | None]
    # When the number was found to be somebody else's now. The row stays, for what is on record about it; the
    # number is no longer the customer's.
    purged_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship(back_populates="numbers")


class Grade(Base):
    """A grade a customer was given, with the rules that fired. History is kept; one row is current."""

    __tablename__ = "grade"
    __table_args__ = (
        Index(
            "uq_grade_current",
            "customer_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "ix_grade_letter",
            "letter",
            "customer_id",
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    letter: Mapped[str] = mapped_column(String(1))  # A (least risk) to D
    points: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(default=list)  # ids of the rules that fired
    rules_version: Mapped[str] = mapped_column(String(64))
    graded_at: Mapped[datetime]
    is_current: Mapped[bool] = mapped_column(default=True)


class ReliefOffer(Base):
    """A fee relief approved for one account: the only kind the bot may speak of."""

    __tablename__ = "relief_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))  # waive_late_fee
    waives: Mapped[int] = mapped_column(BigInteger)  # the most that may be waived
    pay_by: Mapped[date]
    approved_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]
    valid_until: Mapped[date]


class InstalmentPlan(Base):
    """Instalments approved for one account: ``count`` payments of ``amount``, the first by ``first_due``."""

    __tablename__ = "instalment_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    count: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    first_due: Mapped[date]
    approved_by: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]
    valid_until: Mapped[date]
