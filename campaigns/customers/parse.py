"""One row of a file to a customer record, or the reasons why not. Never raises on what a row holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from campaigns.customers import ledger, values
from campaigns.customers.consent import consent
from campaigns.customers.converters import Convert, attribute_converter, converter, money_converter
from campaigns.customers.earlier_promise import earlier_promise
from campaigns.customers.generate import Generator, NumberRange
from campaigns.customers.headers import Binding
from campaigns.customers.mapping import FieldName
from campaigns.customers.offer import KIND as OFFER_KIND
from campaigns.customers.offer import offer
from campaigns.customers.phone import normalise
from campaigns.customers.plan import plan
from campaigns.customers.record import AccountRow, CustomerRow, NumberRow, OfferRow, ParsedRow, RawRow, Reason
from campaigns.customers.values import BadValueError, LeftOutError
from telephony.status import NumberStatus

Part = TypeVar("Part")

_PHONES: tuple[tuple[FieldName, FieldName], ...] = (("phone", "relation"), ("phone2", "relation2"))
_NEEDED = ("external_id", "name", "amount_due")  # a row without one of these is no use


class RowParser:
    """Parses the rows of one file. ``as_of``: aware, in the lender's zone: its calendar day is "today"."""

    def __init__(
        self,
        binding: Binding,
        *,
        as_of: datetime,
        region: str,
        generator: Generator,
        ranges: dict[str, tuple[NumberRange, ...]],
    ) -> None:
        mapping = self.mapping = binding.mapping
        self.binding, self.as_of, self.generator = binding, as_of, generator
        self._normalise = partial(normalise, region=region, ranges=ranges)
        self._plan = [
            (name, place, converter(mapping, name, mapping.fields[name]))
            for name, place in binding.fields.items()
        ]
        self._extra = [
            (name, place, attribute_converter(mapping, name)) for name, place in binding.attributes.items()
        ]
        self._relief_kind = (
            mapping.relief.kind
            if mapping.relief
            else OFFER_KIND
            if "relief_amount" in binding.fields
            else None
        )
        money = money_converter(mapping, "keep")
        self._months: tuple[tuple[str, tuple[int, ...], Convert], ...] = (
            ("arrears", binding.arrears, values.integer),
            ("bills", binding.bills, money),
            ("payments", binding.payments, money),
        )

    def parse(self, raw: RawRow) -> ParsedRow:
        """The record of ``raw``, or all the reasons for which it is rejected."""
        if raw.problem:
            return ParsedRow(None, (raw.problem,))
        if len(raw.cells) != self.binding.width:
            detail = f"has {len(raw.cells)} cells where the header has {self.binding.width}"
            return ParsedRow(None, (Reason("row", "ragged", detail),))
        reasons: list[Reason] = []
        found, attributes, histories = self._convert([values.clean(cell) for cell in raw.cells], reasons)
        bad = {reason.field for reason in reasons}
        reasons += [
            Reason(name, "missing", "is empty")
            for name in _NEEDED
            if name not in found and name not in bad and name not in self.mapping.generate
        ]
        notes: list[Reason] = []
        numbers = self._numbers(found, reasons, notes)
        if reasons:
            return ParsedRow(None, tuple(reasons))
        key = found["external_id"]
        try:
            account = ledger.account(found, histories, self.mapping, self.as_of, self._spread(found))
            relief = _kept(lambda: self._relief(found, account), notes)
            instalments = _kept(lambda: plan(found, account), notes)
            promise = earlier_promise(found, account)
        except BadValueError as error:
            return ParsedRow(None, (Reason("row", error.code, error.detail),))
        invented = self.mapping.generate
        gender = found.get("gender") or (self.generator.gender(key) if "gender" in invented else None)
        row = CustomerRow(
            external_id=key,
            name=found.get("name") or self.generator.name(key, gender),
            gender=gender,
            id_tail=found.get("id_tail") or (self.generator.id_tail(key) if "id_tail" in invented else None),
            region=found.get("region"),
            generated="name" in invented or found.get("generated") == "true",
            account=account,
            numbers=numbers,
            offer=relief,
            relief_kind=self._relief_kind,
            plan=instalments,
            tells_plans="plan_count" in self.binding.fields,
            promise=promise,
            last_active_on=found.get("last_active_on"),
            consent=_kept(lambda: consent(found, self.as_of.date()), notes),
            invent_number="phone" in invented and not numbers,
            attributes=attributes,
        )
        return ParsedRow(row, tuple(notes))

    def _convert(
        self, cells: list[str], reasons: list[Reason]
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, tuple[int, ...]]]:
        found: dict[str, Any] = {}
        attributes: dict[str, Any] = {}
        for columns, target in ((self._plan, found), (self._extra, attributes)):
            for name, place, convert in columns:
                if cell := cells[place]:
                    try:
                        target[name] = convert(cell)
                    except BadValueError as error:
                        reasons.append(Reason(name, error.code, error.detail))
        histories: dict[str, tuple[int, ...]] = {}
        for name, places, convert in self._months:
            try:
                histories[name] = tuple(convert(cells[place] or "0") for place in places)
            except BadValueError as error:
                reasons.append(Reason(f"{name} history", error.code, error.detail))
        return found, attributes, histories

    def _numbers(
        self, found: dict[str, Any], reasons: list[Reason], notes: list[Reason]
    ) -> tuple[NumberRow, ...]:
        """All good numbers of the row. Bad ones are left out with a note; with none good it is rejected."""
        numbers: dict[str, NumberRow] = {}
        bad: list[Reason] = []
        generated = found.get("generated") == "true"
        for field, relation in _PHONES:
            for written in found.get(field, ()):
                try:
                    e164 = self._normalise(written, generated=generated)
                except BadValueError as error:
                    bad.append(Reason(field, error.code, error.detail))
                    continue
                if e164 in numbers:
                    bad.append(Reason(field, "duplicate_number", "repeats a number of this row"))
                    continue
                status = found.get("number_status") if not numbers else None
                numbers[e164] = NumberRow(
                    e164, found.get(relation), NumberStatus(status) if status else None, generated
                )
        if not numbers and not bad and "phone" not in self.mapping.generate:
            bad.append(Reason("phone", "missing", "is empty"))
        (notes if numbers else reasons).extend(bad)
        return tuple(numbers.values())

    def _relief(self, found: dict[str, Any], account: AccountRow) -> OfferRow | None:
        if self.mapping.relief:
            return ledger.relief(account, self.mapping.relief)
        return offer(found, account)

    def _spread(self, found: dict[str, Any]) -> ledger.Spread:
        key = found.get("account_id") or found["external_id"]
        return lambda low, high: self.generator.between(low, high, "due", key)


def _kept(read: Callable[[], Part | None], notes: list[Reason]) -> Part | None:
    """A part of a row that the row can do without; what is wrong with it becomes a note."""
    try:
        return read()
    except LeftOutError as error:
        notes.append(Reason(error.code.partition("_")[0], error.code, error.detail))
        return None
