"""Column mappings: which column of a file means what. Data in YAML, one file for each kind of portfolio."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.errors import DataFileError

SHIPPED = Path(__file__).parent / "mappings"

FieldName = Literal[
    "external_id", "account_id", "name", "gender", "id_tail", "region", "generated",
    "phone", "phone2", "relation", "relation2", "number_status",
    "product", "currency", "credit_limit", "balance", "amount_due", "minimum_due",
    "due_date", "days_past_due", "months_in_arrears",
    "relief_amount", "relief_pay_by", "relief_approved_by", "relief_approved_at", "relief_valid_until",
    "plan_count", "plan_amount", "plan_first_due", "plan_approved_by", "plan_approved_at", "plan_valid_until",
    "promise_amount", "promise_due", "promise_made_on",
    "last_active_on", "marketing_consent", "marketing_consent_on",
]  # fmt: skip
Generated = Literal["name", "phone", "id_tail", "gender"]
Negative = Literal["reject", "keep", "zero"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Column(_Strict):
    """Where a field comes from: the first header of ``from`` that the file has."""

    source: tuple[str, ...] = Field(alias="from", min_length=1)
    required: bool = False
    prefix: str = ""  # set before an identifier, so that two portfolios' keys never meet
    choices: dict[str, str] = {}  # the file's codes and what they mean
    otherwise: str | None = None  # meaning of every other code; None: the cell is refused
    negative: Negative | None = None  # of an amount; by default only balances and histories may be negative


class Attribute(Column):
    """A further fact of the customer, kept for grading rules."""

    kind: Literal["text", "integer", "amount", "date", "choice", "flag"] = Field("text", alias="as")


class Histories(_Strict):
    """Monthly columns, newest first."""

    arrears: tuple[str, ...] = ()
    bills: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()


class Constants(_Strict):
    """Fields that are the same for every row."""

    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    product: str = Field(default="consumer_loan", max_length=32)


class Arrears(_Strict):
    """Days past due from whole months in arrears, and a due date for accounts that are not in arrears.

    An account m months late that owes something is ``(m - 1) x days_per_month + d`` days past due, d being a
    day of 1..days_per_month seeded by the account: its stage is exactly the m of the file, and the days
    spread over the month as they do in a real book instead of falling on one day.
    """

    days_per_month: int = Field(30, ge=1, le=31)
    due_in_days: tuple[int, int] = (1, 10)  # of accounts that are not late: due so many days ahead, seeded


class Minimum(_Strict):
    """The minimum payment of a file that lacks it: a percentage of what is due, at least so many units."""

    percent: int = Field(ge=0, le=100)
    at_least: int = Field(ge=0)


class Relief(_Strict):
    """A relief approved for all accounts of a portfolio that lie within it."""

    kind: str = Field(default="waive_late_fee", max_length=32)
    days_past_due: tuple[int, int]  # both included
    late_fee_percent: int = Field(ge=0, le=100)  # of the minimum payment
    at_most: int = Field(gt=0)  # units
    pay_by_days: int = Field(ge=0, le=60)
    valid_days: int = Field(ge=0, le=60)
    approved_by: str = Field(min_length=1, max_length=64)


class Mapping(_Strict):
    """One kind of portfolio file."""

    name: str
    title: str
    amounts: Literal["units", "minor"] = "units"
    rounded_amounts: Literal["reject", "accept"] = "reject"
    currency_marks: str = ""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    constants: Constants = Constants()
    fields: dict[FieldName, Column]
    histories: Histories = Histories()
    attributes: dict[str, Attribute] = {}
    generate: tuple[Generated, ...] = ()
    arrears: Arrears | None = None
    minimum: Minimum | None = None
    relief: Relief | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in ("external_id", "amount_due"):
            if name not in self.fields:
                raise ValueError(f"fields.{name} is missing")
        for name in ("name", "phone"):
            if name not in self.fields and name not in self.generate:
                raise ValueError(f"fields.{name} is missing and 'generate' does not name it either")
        if not self.fields.keys() & {"due_date", "days_past_due", "months_in_arrears"}:
            raise ValueError("one of due_date, days_past_due, months_in_arrears is needed")
        if ("months_in_arrears" in self.fields) != (self.arrears is not None):
            raise ValueError("fields.months_in_arrears and 'arrears' go together")
        return self


def load_mapping(path: Path) -> Mapping:
    """Read a mapping. Raises DataFileError naming file, line and key."""
    return load_model(path, Mapping)


def shipped_mappings(folder: Path = SHIPPED) -> dict[str, Mapping]:
    """The mappings that come with Xiaorong, by name. Raises DataFileError."""
    return {path.stem: load_mapping(path) for path in sorted(folder.glob("*.yaml"))}


def find_mapping(given: Path | str) -> Mapping:
    """A mapping by the name of one that ships, or by its file. Raises DataFileError."""
    shipped = SHIPPED / f"{given}.yaml"
    if isinstance(given, str) and shipped.parent == SHIPPED and shipped.is_file():
        return load_mapping(shipped)
    path = Path(given)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.yaml")))
        raise DataFileError(str(given), f"there is no such mapping; give a YAML file, or one of: {known}")
    return load_mapping(path)
