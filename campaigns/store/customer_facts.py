"""What tags and treatments ask of customers (``campaigns.grading.facts``), from all that is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

import polars as pl
from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from campaigns.grading.facts import CUSTOMER_FACTS
from campaigns.grading.features import Kind
from campaigns.grading.life_cycle import Stage
from campaigns.grading.outcomes import SEVERITY
from campaigns.grading.selection import percentile
from campaigns.outcomes.promises import PromiseState
from campaigns.store.features import features
from campaigns.store.models import (
    Account,
    Attempt,
    Customer,
    Grade,
    LifeCycleGrade,
    PhoneNumber,
    Promise,
    ReliefOffer,
    Suppression,
)
from campaigns.store.people import shared_pairs
from telephony.status import NumberStatus

_Query: TypeAlias = Select[*tuple[Any, ...]]
_Whole: TypeAlias = Literal["sum", "max"] | None

BATCH: Final = 50_000
_COUNTS: Final = ("promises_pending", "promises_kept", "promises_broken", "relief_waives", "barred")

_NUMBER_STATES: Final = ("active", "unknown", "waiting", "dead")  # best first
_WAITING: Final = (
    NumberStatus.POWERED_OFF,
    NumberStatus.SUSPENDED,
    NumberStatus.SUSPENDED_KEPT,
    NumberStatus.UNREACHABLE,
)


def customer_facts(session: Session, at: datetime, attributes: Sequence[str] = ()) -> pl.DataFrame:
    """``customer_id``, all of CUSTOMER_FACTS and ``attributes`` of every customer with an account.

    Days are counted to that of ``at``, in the zone it carries.
    """
    facts = features(session, attributes)
    shared = _shared(session)
    for query, schema, whole in _queries(at):
        told = _of_people(_frame(session, query, schema), shared, whole)
        facts = facts.join(told, on="customer_id", how="left")
    today = at.date()
    facts = facts.join(_offers(session, today), on="customer_id", how="left")
    dialed = pl.col("dialed_at").dt.convert_time_zone("UTC") + pl.lit(at.utcoffset())
    facts = facts.with_columns(
        pl.col(*_COUNTS).fill_null(0),
        days_inactive=_days(pl.col("last_active_on"), today),
        days_since_contact=_days(dialed.dt.date(), today),
        number_state=pl.col("number_rank").replace_strict(
            list(range(len(_NUMBER_STATES))), list(_NUMBER_STATES), default="none", return_dtype=pl.String
        ),
        early_warning=pl.col("warning_rank").replace_strict(
            list(range(len(SEVERITY))),
            [each.value for each in SEVERITY],
            default=None,
            return_dtype=pl.String,
        ),
        limit_percentile=percentile("credit_limit", "currency"),
        balance_percentile=percentile("balance", "currency"),
    )
    types = {Kind.INTEGER: pl.Int64, Kind.TEXT: pl.String}
    known = [pl.col(name).cast(types[kind]) for name, kind in CUSTOMER_FACTS.items()]
    return facts.select("customer_id", *known, *attributes)


def _days(day: pl.Expr, today: date) -> pl.Expr:
    return (pl.lit(today) - day).dt.total_days()


def _shared(session: Session) -> pl.DataFrame:
    """``customer_id, other_id``: what counts for a customer beside what is on the own record."""
    pairs = list(shared_pairs(session))
    return pl.DataFrame(pairs, schema={"customer_id": pl.Int64(), "other_id": pl.Int64()}, orient="row")


def _of_people(told: pl.DataFrame, shared: pl.DataFrame, whole: _Whole) -> pl.DataFrame:
    """``told`` with what other records of the same person tell: their counts added, or the highest."""
    if whole is None or shared.is_empty():
        return told
    columns = [name for name in told.columns if name != "customer_id"]
    theirs = shared.join(told.rename({"customer_id": "other_id"}), on="other_id").drop("other_id")
    combine = pl.sum if whole == "sum" else pl.max
    return pl.concat([told, theirs]).group_by("customer_id").agg(combine(*columns))


def _queries(at: datetime) -> Iterator[tuple[_Query, dict[str, Any], _Whole]]:
    """Queries of at most a row a customer, the first column being its id, their other columns, and how
    records of one person go together; None: each stands for itself.
    """
    number = pl.Int64()
    yield select(Grade.customer_id, Grade.letter).where(Grade.is_current), {"grade": pl.String()}, None
    bills = func.nullif(func.max(func.json_array_length(Account.bill_history)), 0)
    yield (
        select(Account.customer_id, func.count(), bills).group_by(Account.customer_id),
        {"accounts": number, "months_on_record": number},
        None,
    )
    consent = case((Customer.marketing_consent.is_(True), 1), (Customer.marketing_consent.is_(False), 0))
    yield (
        select(Customer.id, Customer.last_active_on, consent),
        {"last_active_on": pl.Date(), "marketing_consent": number},
        None,
    )
    states = (PromiseState.PENDING, PromiseState.KEPT, PromiseState.BROKEN)
    counts = [func.count().filter(Promise.state == state) for state in states]
    yield (
        select(Promise.customer_id, *counts).group_by(Promise.customer_id),
        {f"promises_{state}": number for state in states},
        "sum",
    )
    bar = or_(Suppression.until.is_(None), Suppression.until > at)
    yield (
        select(Suppression.customer_id, func.max(1))
        .where(Suppression.customer_id.is_not(None), Suppression.lifted_at.is_(None), bar)
        .group_by(Suppression.customer_id),
        {"barred": number},
        "max",
    )
    yield (
        select(LifeCycleGrade.customer_id, func.max(_severity()))
        .where(LifeCycleGrade.is_current, LifeCycleGrade.stage == Stage.DURING)
        .where(LifeCycleGrade.customer_id.is_not(None))
        .group_by(LifeCycleGrade.customer_id),
        {"warning_rank": number},
        "max",
    )
    rank = case(
        (PhoneNumber.status.in_([NumberStatus.ACTIVE, NumberStatus.BUSY]), 0),
        (PhoneNumber.status == NumberStatus.UNKNOWN, 1),
        (PhoneNumber.status.in_(_WAITING), 2),
        else_=3,
    )
    yield (
        select(PhoneNumber.customer_id, func.min(rank))
        .where(PhoneNumber.relation == "self", PhoneNumber.purged_at.is_(None))
        .group_by(PhoneNumber.customer_id),
        {"number_rank": number},
        None,
    )
    yield (
        select(Attempt.customer_id, func.max(Attempt.dialed_at)).group_by(Attempt.customer_id),
        {"dialed_at": pl.Datetime(time_zone="UTC")},
        "max",
    )


def _severity() -> ColumnElement[int]:
    ranks = [(LifeCycleGrade.outcome == outcome.value, n) for n, outcome in enumerate(SEVERITY)]
    return case(*ranks, else_=0)


def _offers(session: Session, today: date) -> pl.DataFrame:
    """The offer of each customer that waives most, of those that hold and can still be met."""
    offers = _frame(
        session,
        select(
            Account.customer_id,
            ReliefOffer.waives,
            ReliefOffer.approved_by,
            ReliefOffer.valid_until,
            ReliefOffer.pay_by,
        )
        .join(Account, Account.id == ReliefOffer.account_id)
        .where(ReliefOffer.valid_until >= today, ReliefOffer.pay_by >= today, Account.amount_due > 0)
        .order_by(Account.customer_id, ReliefOffer.waives.desc(), ReliefOffer.id.desc()),
        {
            "relief_waives": pl.Int64(),
            "relief_approved_by": pl.String(),
            "valid_until": pl.Date(),
            "pay_by": pl.Date(),
        },
    )
    return offers.unique("customer_id", keep="first", maintain_order=True).select(
        "customer_id",
        "relief_waives",
        "relief_approved_by",
        relief_days_left=(pl.min_horizontal("valid_until", "pay_by") - pl.lit(today)).dt.total_days(),
    )


def _frame(session: Session, query: _Query, schema: dict[str, Any]) -> pl.DataFrame:
    result = session.connection().execute(query.execution_options(yield_per=BATCH))
    whole = {"customer_id": pl.Int64(), **schema}
    batches = [
        pl.DataFrame([tuple(row) for row in rows], schema=whole, orient="row") for rows in result.partitions()
    ]
    return pl.concat([pl.DataFrame(schema=whole), *batches])
