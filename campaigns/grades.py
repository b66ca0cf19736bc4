"""Grading all customers of an installation: the one way, for the command line and the console."""

from __future__ import annotations

from pathlib import Path

from campaigns.clock import Clock
from campaigns.dialing.timing import ledger_now
from campaigns.grading.life_cycle import Stage
from campaigns.grading.rulefile import load_rules, load_stage_rules
from campaigns.grading.rules import GradingRules
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.grades import GradingReport, Progress, grade_portfolio
from campaigns.store.grading_lock import Grader


def rules_of(settings: Settings, file: Path | None = None) -> GradingRules:
    """The rules of ``file``, else of the settings, else those that ship. Raises DataFileError."""
    return load_stage_rules(Stage.AFTER, settings.grading_rules) if file is None else load_rules(file)


def grade_all(
    settings: Settings,
    database: Database,
    rules: GradingRules,
    progress: Progress | None = None,
    clock: Clock | None = None,
    by: Grader = Grader.COMMAND_LINE,
) -> GradingReport:
    """Grade every customer with an account as of now; on the simulated line, as of the ledger's time.

    What ``progress`` raises ends it: grades written by then stay, the next run goes on. Raises StoreError,
    ConflictError that names who else is grading.
    """
    with database.reading() as session:
        at = ledger_now(settings, session, clock)
    return grade_portfolio(database, rules, at, progress, by)
