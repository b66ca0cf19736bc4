"""Checking a version of the scripts before it is published: every way through it, and its dialogue tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.dialogue.lint.finding import Severity
from bot.dialogue.lint.linter import lint
from campaigns.console.job import JobContext, JobKind
from campaigns.console.jobs.dialogue_test import hold_tests
from campaigns.console.simulator.publishing import SCRIPTS_CHECK
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.whispers import load_handover
from campaigns.published import folder_of
from campaigns.store.scripts import version_by_id

TOLD: Final = 40


def check(context: JobContext) -> Mapping[str, Any]:
    """``errors``: how many findings must not ship, tests that failed among them.

    Raises DataFileError for a file that is wrong, NotFoundError for a version that is gone.
    """
    services = context.services
    with services.database.reading() as session:
        version = version_by_id(session, context.job.arguments["version"])
    folder = folder_of(services.settings, services.database, version)
    load_messages(folder.name, root=folder.parent)
    load_handover(folder.name, root=folder.parent)
    tests = hold_tests(services.settings, folder, context.progress)
    found = lint(folder)
    errors = sum(each.severity is Severity.ERROR for each in found)
    told = [
        {"id": each.id, "severity": str(each.severity), "where": f"{each.file}:{each.line}",
         "flow": each.flow, "what": each.message, "advice": each.advice}
        for each in found[:TOLD]
    ]  # fmt: skip
    return {
        "errors": errors + tests["failed"],
        "warnings": len(found) - errors,
        "findings": told,
        "passed": tests["passed"],
        "failed": tests["failed"],
        "failures": tests["failures"],
    }


JOB = JobKind(SCRIPTS_CHECK, check)
