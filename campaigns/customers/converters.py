"""How the cells of a column become values: the field says what they are, the mapping how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from campaigns.customers import values
from campaigns.customers.mapping import Column, FieldName, Mapping
from campaigns.customers.phone import split_numbers
from campaigns.customers.values import BadValueError

Convert = Callable[[str], Any]

NAME_LENGTH, SHORT_TEXT, LONG_TEXT = 64, 32, 64
_AMOUNTS = {
    "credit_limit", "balance", "amount_due", "minimum_due", "relief_amount", "plan_amount", "promise_amount",
}  # fmt: skip
_DATES = {
    "due_date", "relief_pay_by", "relief_approved_at", "relief_valid_until", "plan_first_due",
    "plan_approved_at", "plan_valid_until", "promise_due", "promise_made_on", "last_active_on",
    "marketing_consent_on",
}  # fmt: skip
_INTEGERS = {"days_past_due", "months_in_arrears", "plan_count"}


def converter(mapping: Mapping, name: FieldName, column: Column) -> Convert:
    """How the cells of a field are read: the field says what they are, the mapping how they are written."""
    if column.choices:
        return choice(column)
    if name in _AMOUNTS:
        return money_converter(mapping, column.negative or ("keep" if name == "balance" else "reject"))
    if name in _DATES:
        return partial(values.day, formats=mapping.date_formats)
    if name in _INTEGERS:
        return values.integer
    if name in ("external_id", "account_id"):
        return lambda cell: values.identifier(column.prefix + values.identifier(cell))
    if name in ("phone", "phone2"):
        return split_numbers
    special: dict[str, Convert] = {"id_tail": values.id_tail, "currency": values.currency}
    longest = {"name": NAME_LENGTH}.get(name, LONG_TEXT if name.endswith("_approved_by") else SHORT_TEXT)
    return special.get(name) or partial(values.text, longest=longest)


def attribute_converter(mapping: Mapping, name: str) -> Convert:
    attribute = mapping.attributes[name]
    if attribute.kind == "choice":
        return choice(attribute)
    if attribute.kind == "flag":
        choose = choice(attribute)
        return lambda cell: int(choose(cell) == "true")
    if attribute.kind == "amount":
        return money_converter(mapping, attribute.negative or "reject")
    if attribute.kind == "date":
        return lambda cell: values.day(cell, mapping.date_formats).isoformat()
    return values.integer if attribute.kind == "integer" else partial(values.text, longest=LONG_TEXT)


def money_converter(mapping: Mapping, negative: str) -> Convert:
    read = partial(
        values.amount,
        marks=mapping.currency_marks,
        minor=mapping.amounts == "minor",
        accept_rounded=mapping.rounded_amounts == "accept",
    )
    if negative == "keep":
        return read

    def checked(cell: str) -> int:
        money = read(cell)
        if money < 0 and negative == "reject":
            raise BadValueError("negative", "is negative")
        return max(0, money)

    return checked


def choice(column: Column) -> Convert:
    """How the codes of a column are read. What it gives raises BadValueError."""
    choices = {values.clean(code).casefold(): meaning for code, meaning in column.choices.items()}

    def choose(cell: str) -> str:
        meaning = choices.get(cell.casefold(), column.otherwise)
        if meaning is None:
            raise BadValueError("unknown_code", f"is none of: {_listed(choices)}")
        return meaning

    return choose


def _listed(codes: Iterable[str]) -> str:
    known = list(codes)
    return ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
