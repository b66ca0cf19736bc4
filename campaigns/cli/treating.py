"""The plan of treatments: making it, and showing it on a terminal or in a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console

from campaigns.cli.progress import counting
from campaigns.customers.treatments.rules import Treatment, Treatments
from campaigns.customers.treatments.treatmentfile import load_treatments, treatment_of
from campaigns.dialing.timing import choose_clock
from campaigns.errors import ConflictError
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.treatments import PlanRow, TreatmentCount, plan_treatments
from campaigns.tables import Table

PLAN_COLUMNS = ("customer", "treatment", "since", "next_contact_on", "check_number", "reasons")


def now(settings: Settings, database: Database) -> datetime:
    """The time in the lender's zone; behind a simulated line, which hurries, that of its last decision."""
    return choose_clock(settings, database, real_time=False).now().astimezone(settings.zone)


def plan_portfolio(settings: Settings, database: Database, rules: Treatments) -> int:
    """Plan for everybody as of now; how many treatments are new or changed."""
    with counting("Planning", "customers") as progress:
        return plan_treatments(database, rules, now(settings, database), progress)


def plan_for_campaign(
    settings: Settings, database: Database, name: str, flow: str | None, rules: Path | None
) -> str:
    """Bring the plan up to date for a campaign of one treatment; the flow to hold.

    Raises NotFoundError when there is no such treatment, ConflictError when it calls nobody.
    """
    loaded = load_treatments(rules)
    treatment = treatment_of(loaded, name)
    if treatment.flow is None:
        raise ConflictError(f"the treatment {name!r} ({treatment.title}) calls nobody, so it has no campaign")
    plan_portfolio(settings, database, loaded)
    return flow or treatment.flow


def print_treatments(rules: Treatments, counts: Mapping[str, TreatmentCount]) -> None:
    """Print the treatments in the order in which they are tried."""
    table = Table("Treatment", "What is done", "Every", "For whom", "Customers", title=rules.version)
    for each in rules.treatments:
        known = counts.get(each.id)
        table.add_row(
            each.id,
            ", ".join(each.actions) or each.title,
            _every(each),
            " ".join((each.condition or "everybody else").split()),
            f"{known.customers:,}" if known else "0",
        )
    Console().print(table)


def _every(treatment: Treatment) -> str:
    if treatment.every_days is None:
        return ""
    by_grade = treatment.every_days.model_dump()
    if len(set(by_grade.values())) == 1:
        return f"{by_grade['A']} d"
    return ", ".join(f"{letter} {days} d" for letter, days in by_grade.items())


def print_plan(rules: Treatments, counts: Mapping[str, TreatmentCount], rows: Iterable[PlanRow]) -> None:
    """Print the plan in numbers, then ``rows`` with their reasons."""
    table = Table(
        "Treatment", "Customers", "Due now", "Number first", "Then from", "Meaning", title="Who gets what"
    )
    for each in rules.treatments:
        known = counts.get(each.id, TreatmentCount(each.id, 0, 0, None, 0))
        then = str(known.next_on or "")
        table.add_row(
            each.id, f"{known.customers:,}", f"{known.due:,}", f"{known.to_check:,}", then, each.title
        )
    console = Console()
    console.print(table)
    people = Table("Customer", "Treatment", "Next contact", "Reasons", title="To be contacted first")
    for row in rows:
        day = "" if row.next_contact_on is None else str(row.next_contact_on)
        people.add_row(row.external_id, row.treatment, day, ", ".join(row.reasons))
    if people.row_count:
        console.print(people)


def write_plan(rows: Iterable[PlanRow], path: Path) -> None:
    """Write the plan as rows of PLAN_COLUMNS. Raises ConflictError when the file cannot be written."""
    try:
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(PLAN_COLUMNS)
            for row in rows:
                check = "yes" if row.check_number else "no"
                values = (row.external_id, row.treatment, row.since, row.next_contact_on, check)
                writer.writerow(map(cell, (*values, " ".join(row.reasons))))
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"The whole plan: {path}")
