"""Running the treatments from the command line, and showing what came of it."""

from __future__ import annotations

import csv
from pathlib import Path

import typer
from rich.console import Console

from campaigns.cli.launching import operator_of
from campaigns.cli.treating import now, plan_portfolio
from campaigns.compliance.effective import load_effective
from campaigns.customers.treatments.proposals import shipped_proposals
from campaigns.customers.treatments.rules import Action
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing.treating import Desk, TreatmentRun, run_treatments
from campaigns.errors import ConflictError
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.report_csv import ENCODING, cell
from campaigns.published import scripts_on_offer
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation
from campaigns.store.database import Database
from campaigns.store.treatment_actions import open_tasks, take_tasks
from campaigns.tables import Table

TASK_COLUMNS = ("task", "customer", "treatment", "action", "on")
DETAIL_COLUMNS = ("utilisation", "limit", "proposed_limit", "product", "proposed_amount", "currency")
MONEY = frozenset({"limit", "proposed_limit", "proposed_amount"})


def run_today(
    settings: Settings,
    database: Database,
    rules: Path | None,
    invitation: NewInvitation | None,
    *,
    launch: bool,
    alone: str,
) -> TreatmentRun:
    """Plan anew, then do what is due today. Raises DataFileError, ConflictError, StoreError."""
    loaded, language = load_treatments(rules), scripts_on_offer(settings, database)
    plan_portfolio(settings, database, loaded)
    desk = Desk(
        rules=loaded,
        proposals=shipped_proposals(),
        pack=load_effective(settings.rule_pack, settings.rule_pack_overrides),
        book=load_messages(language.name, root=language.parent),
        language=language,
        lender=settings,
        invitation=invitation,
    )
    return run_treatments(
        database, desk, now(settings, database), launch=operator_of(settings, alone) if launch else None
    )


def print_run(run: TreatmentRun) -> None:
    """Print what was done, and what was left out and why."""
    table = Table("Treatment", "Action", "Customers", title="Done today")
    for (treatment, action), count in run.done.items():
        table.add_row(treatment, action, f"{count:,}")
    if table.row_count:
        Console().print(table)
    for name, members in run.campaigns.items():
        state = "launched" if name in run.launched else f"launch: xiaorong campaign run {name}"
        typer.echo(f"Campaign {name!r}: {members:,} members put in; {state}.")
    for reason in run.left_out:
        typer.echo(f"Left out: {reason}.")
    typer.echo(
        f"{run.done.total():,} actions done; {run.withdrawn:,} members of standing campaigns withdrawn, "
        "whose treatment has changed."
    )


def show_tasks(database: Database, action: str | None, path: Path | None, *, take: bool) -> None:
    """Print or write what waits for people. Raises ConflictError."""
    if take and path is None:
        raise ConflictError("--take goes with --csv: what is taken up must be somewhere")
    with database.transaction() as session:
        tasks = open_tasks(session, None if action is None else _action(action))
        rows = [
            (
                *(each.id, each.customer, each.treatment, each.action, each.on),
                *(_detail(name, each.details.get(name)) for name in DETAIL_COLUMNS),
            )
            for each in tasks
        ]
        if path is not None:
            _write(rows, path)
        if take:
            take_tasks(session, [each.id for each in tasks])
    if path is not None:
        typer.echo(f"{len(rows):,} tasks written to {path}" + (", and taken up." if take else "."))
        return
    table = Table(*TASK_COLUMNS, *DETAIL_COLUMNS)
    for row in rows:
        table.add_row(*(str(value) for value in row))
    Console().print(table)


def _action(name: str) -> Action:
    wanted = (Action.REVIEW_LIMIT, Action.CROSS_SELL)
    if name not in wanted:
        raise ConflictError(f"there are no tasks {name!r}; there are: {', '.join(wanted)}")
    return Action(name)


def _detail(name: str, value: object) -> object:
    if value is None:
        return ""
    return f"{value / 100:.2f}" if name in MONEY and isinstance(value, int) else value


def _write(rows: list[tuple[object, ...]], path: Path) -> None:
    try:
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow((*TASK_COLUMNS, *DETAIL_COLUMNS))
            writer.writerows([cell(value) for value in row] for row in rows)
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}") from error
