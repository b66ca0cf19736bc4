"""Which column of a file means what: guessed from the headers, changed by hand, saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from campaigns.customers import headers as finding
from campaigns.customers.intake.kind import Kind
from campaigns.customers.mapping import Column, shipped_mappings
from campaigns.customers.mapping import Mapping as PortfolioMapping
from campaigns.customers.numbers.vendor import SHIPPED as VENDORS
from campaigns.customers.numbers.vendor import VendorMap, find_vendor
from campaigns.errors import ConflictError, ImportFileError
from campaigns.payments.columns import PaymentColumns, shipped_columns
from campaigns.refused import wrong_in

Model = TypeVar("Model", bound=BaseModel)

STANDARD: Final = "standard"
_mappings = cache(shipped_mappings)
_vendor = cache(find_vendor)


class Columns(BaseModel):
    """``base``: the mapping or vendor whose codes and formats hold; ``chosen``: the header of each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str
    chosen: dict[str, str] = {}


def bases(kind: Kind) -> tuple[str, ...]:
    """What a file of this kind can be read by."""
    match kind:
        case Kind.PORTFOLIO:
            return tuple(sorted(_mappings()))
        case Kind.PAYMENTS:
            return (STANDARD,)
        case Kind.NUMBERS:
            return tuple(sorted(path.stem for path in VENDORS.glob("*.yaml")))


def fields_of(kind: Kind, base: str) -> dict[str, bool]:
    """The fields that a column can be, and whether the file must have each."""
    match kind:
        case Kind.PORTFOLIO:
            mapping = _portfolio(base)
            return {name: column.required for name, column in mapping.fields.items()}
        case Kind.PAYMENTS:
            return {name: column.required for name, column in shipped_columns().columns.items()}
        case Kind.NUMBERS:
            return {"number": True, "status": True, "checked_at": False}


def guess(kind: Kind, headers: Sequence[str], saved: Iterable[Columns] = (), base: str = "") -> Columns:
    """The columns as the headers tell them: those saved before that fit wholly, or the base that uses most.

    ``base``: that one alone. Raises ConflictError when there is none of its name.
    """
    if base:
        if base not in bases(kind):
            raise ConflictError(
                "there is no %(base)r; there are: %(bases)s", base=base, bases=", ".join(bases(kind))
            )
        return Columns(base=base, chosen=_found(kind, base, headers))
    there = set(headers)
    fitting = [each for each in saved if each.chosen and set(each.chosen.values()) <= there]
    if fitting:
        return max(fitting, key=lambda each: len(each.chosen))
    found = [Columns(base=each, chosen=_found(kind, each, headers)) for each in bases(kind)]
    return max(found, key=lambda each: (_whole(kind, each), len(each.chosen), each.base == STANDARD))


def portfolio_mapping(columns: Columns) -> PortfolioMapping:
    """The mapping of a portfolio file. Raises ConflictError that names the field which it misses."""
    base = _portfolio(columns.base)
    content = base.model_dump(by_alias=True)
    content["fields"] = {
        name: {**base.fields[name].model_dump(by_alias=True), "from": (header,)}
        for name, header in columns.chosen.items()
        if name in base.fields
    }
    return _valid(PortfolioMapping, content)


def payment_columns(columns: Columns) -> PaymentColumns:
    """The columns of a payments file. Raises ConflictError."""
    if not {"account_id", "customer_id"} & columns.chosen.keys():
        raise ConflictError("choose the column of the account, or of the customer")
    base = shipped_columns()
    content = base.model_dump(by_alias=True)
    content["columns"] = {
        name: {**column.model_dump(by_alias=True), "from": (columns.chosen.get(name, column.source[0]),)}
        for name, column in base.columns.items()
        if name in columns.chosen or column.required
    }
    return _valid(PaymentColumns, content)


def vendor_map(columns: Columns) -> VendorMap:
    """The map of a vendor's file. Raises ConflictError."""
    if columns.base not in bases(Kind.NUMBERS):
        raise ConflictError("choose whose file it is")
    base = _vendor(columns.base)
    content = base.model_dump()
    for name in ("number", "status"):
        if name in columns.chosen:
            content[name] = (columns.chosen[name],)
    content["checked_at"] = (columns.chosen["checked_at"],) if "checked_at" in columns.chosen else ()
    return _valid(VendorMap, content)


def _portfolio(base: str) -> PortfolioMapping:
    known = _mappings()
    if base not in known:
        raise ConflictError(
            "there is no mapping %(base)r; known: %(known)s", base=base, known=", ".join(sorted(known))
        )
    return known[base]


def _valid(model: type[Model], content: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConflictError("these columns do not do: %(why)s", why=wrong_in(error)) from error


def _found(kind: Kind, base: str, headers: Sequence[str]) -> dict[str, str]:
    """The first header of each field; one that stands twice is left for a person to choose."""
    places = finding.places_of(headers)
    found: dict[str, str] = {}
    for name, column in _columns(kind, base).items():
        try:
            place = finding.find_column(column, places)
        except ImportFileError:
            continue
        if place is not None:
            found[name] = headers[place]
    return found


def _columns(kind: Kind, base: str) -> dict[str, Column]:
    match kind:
        case Kind.PORTFOLIO:
            return {str(name): column for name, column in _portfolio(base).fields.items()}
        case Kind.PAYMENTS:
            return {str(name): column for name, column in shipped_columns().columns.items()}
        case Kind.NUMBERS:
            vendor = _vendor(base)
            told = {"number": vendor.number, "status": vendor.status, "checked_at": vendor.checked_at}
            return {name: Column.model_validate({"from": names}) for name, names in told.items() if names}


def _whole(kind: Kind, columns: Columns) -> bool:
    needed = {name for name, must in fields_of(kind, columns.base).items() if must}
    return needed <= columns.chosen.keys()
