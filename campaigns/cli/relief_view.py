"""Checking relief from the command line, and showing and exporting its book."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

from campaigns.dialing.timing import SIMULATED, choose_clock
from campaigns.errors import ConflictError
from campaigns.outcomes.figures import money
from campaigns.outcomes.relief import shipped_relief_rules
from campaigns.outcomes.relief_check import ReliefCheck, check_relief
from campaigns.outcomes.report_csv import ENCODING, cell, major
from campaigns.outcomes.report_words import words
from campaigns.outcomes.standing import shipped_promise_rules
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.relief import BookLine, OfferView
from campaigns.tables import Table


def check_now(settings: Settings, database: Database, on: date | None) -> ReliefCheck:
    """Check as of the start of ``on``, None: today. Raises ConflictError for a day to come."""
    now = choose_clock(settings, database, real_time=False).now()
    today = now.astimezone(settings.zone).date()
    day = on or today
    if day > today and settings.line != SIMULATED:
        raise ConflictError(f"{day} is still to come: what is paid by then cannot be known")
    return check_relief(database, day, now, settings.zone, shipped_promise_rules(), shipped_relief_rules())


def summary(done: ReliefCheck) -> str:
    """One line on what a check found."""
    sums = ", ".join(f"{money(amount)} {currency}" for currency, amount in sorted(done.amount.items()))
    written = done.written
    return (
        f"{done.looked_at:,} accepted reliefs looked at: {written['booked']:,} booked ({sums or '0.00'}), "
        f"{written['lapsed']:,} lapsed, {written['reversed']:,} reversed, {done.pending:,} pending, "
        f"{done.for_people:,} of them for a person."
    )


def table_of(offers: Sequence[OfferView], language: str) -> Table:
    """Accepted offers with where they stand."""
    say = words(language)
    names = ("customer", "state", "relief", "pay_by", "approved_by", "promise", "reason", "booked_on")
    table = Table(*(say(name) for name in names))
    for each in offers:
        table.add_row(
            each.customer,
            say.code("relief", each.state),
            f"{money(each.waives)} {each.currency}",
            str(each.pay_by),
            each.approved_by,
            f"{each.promise_due} {say(each.promise_state)}",
            "" if each.reason is None else say.code("relief_reason", each.reason),
            "" if each.on is None else str(each.on),
        )
    return table


def write_lines(lines: Sequence[BookLine], path: Path) -> None:
    """Write the book as rows of the fields of BookLine. Raises ConflictError when that cannot be done."""
    names = [field.name for field in fields(BookLine)]
    try:
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            for line in lines:
                values = zip(names, astuple(line), strict=True)
                writer.writerow([_cell(name, value) for name, value in values])
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}") from error


def _cell(name: str, value: object) -> object:
    # A reversal begins with a minus, and a number is no formula.
    return major(name, value) if name == "amount" else cell(value)
