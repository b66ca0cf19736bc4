"""One row of a payments file to a payment, or the reasons why not. Never raises on what a row holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import product
from typing import Any

from campaigns.customers import values
from campaigns.customers.record import RawRow, Reason
from campaigns.customers.values import BadValueError
from campaigns.payments.columns import FieldName, PaymentColumns
from campaigns.payments.record import PaymentRow

END_OF_DAY = time(23, 59, 59)
SHORTEST_MOMENT = len("20260131093000")
CLOCK_SKEW = timedelta(minutes=5)
_NEEDED: tuple[FieldName, ...] = ("reference", "amount", "paid_at")


@dataclass(frozen=True, slots=True)
class ParsedPayment:
    """A payment, or None and the reasons against it."""

    row: PaymentRow | None
    reasons: tuple[Reason, ...] = ()


class PaymentParser:
    """Parses the rows of one file. ``now``: aware, in the lender's zone, which the file's times are in."""

    def __init__(
        self, columns: PaymentColumns, places: Mapping[FieldName, int], width: int, now: datetime
    ) -> None:
        self._columns, self._places, self._width, self._now = columns, places, width, now

    def parse(self, raw: RawRow) -> ParsedPayment:
        """The payment of ``raw``, or all the reasons for which it is rejected."""
        if raw.problem:
            return ParsedPayment(None, (raw.problem,))
        if len(raw.cells) != self._width:
            detail = f"has {len(raw.cells)} cells where the header has {self._width}"
            return ParsedPayment(None, (Reason("row", "ragged", detail),))
        found: dict[FieldName, Any] = {}
        reasons: list[Reason] = []
        for name, place in self._places.items():
            if cell := values.clean(raw.cells[place]):
                try:
                    found[name] = self._convert(name, cell)
                except BadValueError as error:
                    reasons.append(Reason(name, error.code, error.detail))
        bad = {reason.field for reason in reasons}
        reasons += [
            Reason(name, "missing", "is empty") for name in _NEEDED if name not in found and name not in bad
        ]
        if not {"account_id", "customer_id"} & (found.keys() | bad):
            reasons.append(Reason("account_id", "missing", "neither account nor customer is named"))
        if reasons:
            return ParsedPayment(None, tuple(reasons))
        at: datetime = found["paid_at"]
        return ParsedPayment(
            PaymentRow(
                found["reference"],
                found.get("account_id"),
                found.get("customer_id"),
                found["amount"],
                found.get("currency"),
                at.date(),
                at,
            )
        )

    def _convert(self, name: FieldName, cell: str) -> Any:
        match name:
            case "amount":
                return self._amount(cell)
            case "paid_at":
                return self._moment(cell)
            case "currency":
                return values.currency(cell)
            case _:
                return values.identifier(cell)

    def _amount(self, cell: str) -> int:
        amount = values.amount(cell, marks=self._columns.currency_marks)
        if amount < 0:
            raise BadValueError(
                "negative", "takes money back; import the portfolio again after a reversal instead"
            )
        if amount == 0:
            raise BadValueError("zero", "is nothing")
        return amount

    def _moment(self, cell: str) -> datetime:
        """When it was paid. A day alone, or at midnight as spreadsheets write it, is the end of that day."""
        written = _time_of(cell, self._columns)
        day = written.date() if written else values.day(cell, self._columns.date_formats)
        clock = written.time() if written and written.time() != time() else END_OF_DAY
        if day > self._now.date() or (
            clock != END_OF_DAY and datetime.combine(day, clock, self._now.tzinfo) > self._now + CLOCK_SKEW
        ):
            raise BadValueError("future", "lies in the future")
        return datetime.combine(day, clock, self._now.tzinfo)


def _time_of(cell: str, columns: PaymentColumns) -> datetime | None:
    """Day and time of ``cell`` as they are written; None when it holds no time."""
    if ":" not in cell and len(cell) < SHORTEST_MOMENT:
        return None
    for day, clock, between in product(columns.date_formats, columns.time_formats, (" ", "T", "")):
        try:
            return datetime.strptime(cell, day + between + clock)  # noqa: DTZ007 - the lender's own clock
        except ValueError:
            continue
    return None
