"""What the ``numbers`` commands do and show."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from phonenumbers import country_code_for_region
from rich.console import Console

from campaigns.cli.numbers import By
from campaigns.compliance.effective import load_effective
from campaigns.compliance.number_age import expires_at, needs_check
from campaigns.customers.numbers.trust import Policy, shipped_trust
from campaigns.customers.numbers.vendor import find_vendor
from campaigns.customers.numbers.vendorfile import MOST_CODES, read_vendor_file
from campaigns.customers.phone import normalise_own
from campaigns.dialing.timing import SIMULATED, ledger_now
from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.outcomes.report_words import Words, words
from campaigns.settings import Settings
from campaigns.store.database import Database, Session
from campaigns.store.number_reading import (
    KnownState,
    numbers_due,
    states_of_customer,
    states_of_number,
    statistics,
    tellings,
)
from campaigns.store.number_reports import Report, record_reports
from campaigns.tables import Table
from telephony.numbers import mask
from telephony.status import NumberStatus


def import_numbers(
    settings: Settings, database: Database, file: Path, vendor_name: str, at: datetime | None
) -> None:
    """Read the file, put its words on record, and print what came of them."""
    vendor = find_vendor(vendor_name)
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        now = ledger_now(settings, session)
    if at is not None and at.replace(tzinfo=settings.zone) > now:
        raise ConflictError("--checked-at has not come yet")
    found = read_vendor_file(
        file,
        vendor,
        region=settings.region,
        zone=settings.zone,
        now=now,
        checked_at=now if at is None else at.replace(tzinfo=settings.zone),
        errors_dir=settings.home / "imports",
    )
    with database.transaction() as session:
        done = record_reports(
            session,
            (Report(e164, word) for e164, word in found.words.items()),
            now=now,
            policy=Policy(shipped_trust(), pack),
        )
    typer.echo(
        f"{found.rows:,} rows of {vendor.title}: {done.taken:,} states taken, {done.weaker:,} weaker than "
        f"what is known, {done.known:,} told before, {done.strange:,} of numbers that nobody has, "
        f"{found.nothing:,} that tell no state, {found.rejected:,} rejected."
    )
    if done.purged:
        typer.echo(f"{done.purged:,} numbers were given to somebody else: they are their customers' no more.")
    if found.contradicting:
        typer.echo(f"{found.contradicting:,} numbers have two states at once: unknown, and not called.")
    if found.unknown_codes:
        codes = found.unknown_codes.most_common(MOST_CODES)
        told = ", ".join(f"{code!r} ({count:,})" for code, count in codes)
        typer.echo(f"Codes that the map {vendor.source} does not know; these numbers are not called: {told}")
    if found.error_file is not None:
        typer.echo(f"Rejected rows and why: {found.error_file}")


def export_numbers(settings: Settings, database: Database, file: Path, campaign: str | None) -> int:
    """Write the numbers that want a check; how many. Raises ConflictError, NotFoundError."""
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        now = ledger_now(settings, session)
        due = list(numbers_due(session, pack, now, campaign=campaign, generated=settings.line == SIMULATED))
    country = f"+{country_code_for_region(settings.region)}"
    rows = ([e164.removeprefix(country) if e164.startswith(country) else e164] for e164 in due)
    _write(file, ["手机号"], rows)
    return len(due)


def show_number(settings: Settings, database: Database, wanted: str) -> None:
    """Print the state and the history of a number, or of each of a customer's. Raises NotFoundError."""
    say = words(settings.language)
    console = Console(highlight=False)
    with database.transaction() as session:
        now = ledger_now(settings, session)
        states = states_of_customer(session, wanted)
        if not states:
            try:
                states = states_of_number(session, normalise_own(wanted, settings.region))
            except ConflictError as error:
                raise NotFoundError(f"{wanted!r} is neither a number nor the key of a customer") from error
        if not states:
            raise NotFoundError("nobody here has this number")
        console.print(_states(states, say, settings, now))
        for e164 in dict.fromkeys(state.e164 for state in states):
            console.print(_history(session, e164, say, settings))


def _states(states: list[KnownState], say: Words, settings: Settings, now: datetime) -> Table:
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    trust = shipped_trust()
    table = Table(
        "Customer", "Number", "Whose", "State", "Told by", "Confidence", "Known since", "Good until"
    )
    for state in states:
        source = trust.source(state.source)
        end = None if state.at is None else expires_at(pack, state.status, state.at)
        due = needs_check(pack, state.status, state.at, now)
        good = "to be checked" if due else "for good" if end is None else _time(end, settings)
        table.add_row(
            state.customer,
            mask(state.e164),
            state.relation
            if state.purged_at is None
            else f"no more since {_time(state.purged_at, settings)}",
            say.code("status", state.status),
            f"{source.title.text(settings.language)} ({state.source})",
            f"{source.confidence}%",
            _time(state.at, settings),
            good,
        )
    return table


def _history(session: Session, e164: str, say: Words, settings: Settings) -> Table:
    table = Table("As of", "State", "Told by", "Recorded", "Counted", "Campaign", title=mask(e164))
    for told in tellings(session, e164):
        table.add_row(
            _time(told.at, settings),
            say.code("status", told.status),
            told.source,
            _time(told.recorded_at, settings),
            "yes" if told.taken else "no",
            told.campaign or "",
        )
    return table


def print_statistics(settings: Settings, database: Database, by: By, file: Path | None) -> None:
    """Print how the numbers stand, and write it."""
    say = words(settings.language)
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        groups = statistics(session, by.value, pack, ledger_now(settings, session))
    shown = [status for status in NumberStatus if any(group.states[status] for group in groups)]
    if by is By.STATUS:
        shown = []
    table = Table(
        by.value.capitalize(), *(say.code("status", status) for status in shown), "Numbers", "Share", "Due"
    )
    total = sum(group.numbers for group in groups)
    rows: list[list[Any]] = []
    for group in groups:
        counts = [group.states[status] for status in shown]
        rows.append([group.key, *counts, group.numbers, group.due])
        name = say.code("status", group.key) if by is By.STATUS else group.key
        share = f"{group.numbers / total:.1%}"
        table.add_row(name, *(f"{n:,}" for n in counts), f"{group.numbers:,}", share, f"{group.due:,}")
    Console().print(table)
    if file is not None:
        _write(
            file,
            [by.value, *shown, "numbers", "due"],
            ([cell(row[0]), *row[1:]] for row in rows),
        )
        typer.echo(f"The table: {file}")


def _time(at: datetime | None, settings: Settings) -> str:
    return "-" if at is None else f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}"


def _write(file: Path, header: list[str], rows: Any) -> None:
    try:
        with file.open("w", encoding=ENCODING, newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        raise ConflictError(f"{file} cannot be written: {error.strerror}") from error
