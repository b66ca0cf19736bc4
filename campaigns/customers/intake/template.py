"""Templates to fill in: the header of the standard mapping, and two rows that show how."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Final

import xlsxwriter

from campaigns.customers.intake.kind import Kind
from campaigns.customers.mapping import shipped_mappings
from campaigns.customers.numbers.vendor import find_vendor
from campaigns.payments.columns import shipped_columns

_SHOWN: Final = {
    "external_id": "C10001", "account_id": "L10001", "name": "张三", "gender": "男", "id_tail": "1234",
    "region": "上海", "generated": "是", "phone": "15400000001", "relation": "本人",
    "product": "consumer_loan",
    "currency": "CNY", "credit_limit": "20000", "balance": "12000", "amount_due": "1234.50",
    "minimum_due": "500", "days_past_due": "7", "reference": "P20260001", "customer_id": "C10001",
    "amount": "1234.50", "number": "15400000001",
}  # fmt: skip
_DAYS: Final = {"due_date": -7, "paid_at": -1}
_PORTFOLIO: Final = (
    "external_id", "account_id", "name", "gender", "id_tail", "region", "generated", "phone", "relation",
    "phone2", "relation2", "number_status", "product", "currency", "credit_limit", "balance", "amount_due",
    "minimum_due", "due_date", "days_past_due",
)  # fmt: skip


def template_csv(kind: Kind, language: str, today: date) -> bytes:
    """As UTF-8 with a mark, which spreadsheets need for Chinese."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_rows(kind, language, today))
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(kind: Kind, language: str, today: date) -> bytes:
    """As a workbook whose cells are text, so that no key or number is changed by the spreadsheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet(kind.value)
        head, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        rows = _rows(kind, language, today)
        sheet.set_column(0, len(rows[0]) - 1, 15, plain)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell, plain if number else head)
    return out.getvalue()


def _rows(kind: Kind, language: str, today: date) -> list[list[str]]:
    headers = _headers(kind)
    shown = dict(_SHOWN) | {name: str(today + timedelta(days=days)) for name, days in _DAYS.items()}
    if kind is Kind.NUMBERS:
        shown["status"] = next(iter(find_vendor("wapi-2").codes))
    # The first name of a column is Chinese, the last English.
    head = [names[0] if language == "zh" else names[-1] for names in headers.values()]
    return [head, [shown.get(name, "") for name in headers]]


def _headers(kind: Kind) -> dict[str, tuple[str, ...]]:
    match kind:
        case Kind.PORTFOLIO:
            fields = shipped_mappings()["standard"].fields
            return {name: fields[name].source for name in _PORTFOLIO}
        case Kind.PAYMENTS:
            return {name: column.source for name, column in shipped_columns().columns.items()}
        case Kind.NUMBERS:
            vendor = find_vendor("wapi-2")
            return {"number": vendor.number, "status": vendor.status}
