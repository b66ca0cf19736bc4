"""Which column of a payments file means what: data, and their places in one file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.datafile import load_model
from campaigns.customers.headers import find_column, places_of
from campaigns.customers.mapping import Column
from campaigns.errors import ImportFileError

SHIPPED = Path(__file__).with_name("columns.yaml")

FieldName = Literal["reference", "account_id", "customer_id", "amount", "paid_at", "currency"]


class PaymentColumns(BaseModel):
    """The file of columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[FieldName, Column]
    currency_marks: str = ""
    date_formats: tuple[str, ...]
    time_formats: tuple[str, ...]

    def bind(self, headers: Sequence[str]) -> dict[FieldName, int]:
        """The place of each column. Raises ImportFileError when one is missing or stands twice."""
        places = places_of(headers)
        found: dict[FieldName, int] = {}
        missing = []
        for name, column in self.columns.items():
            place = find_column(column, places)
            if place is not None:
                found[name] = place
            elif column.required:
                missing.append(" or ".join(column.source))
        if "account_id" not in found and "customer_id" not in found:
            keys: tuple[FieldName, ...] = ("account_id", "customer_id")
            missing.append(" or ".join(source for key in keys for source in self.columns[key].source))
        if missing:
            raise ImportFileError("it misses these columns: %(missing)s", missing="; ".join(missing))
        return found


@cache
def shipped_columns() -> PaymentColumns:
    """The columns that ship, read once. Raises DataFileError."""
    return load_model(SHIPPED, PaymentColumns)
