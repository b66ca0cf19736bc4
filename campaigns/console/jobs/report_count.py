"""Counting a report that takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.console import reporting
from campaigns.console.job import JobContext, JobKind
from campaigns.console.pages.exports import day_of
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.period import Period


def count(context: JobContext) -> Mapping[str, Any]:
    """Raises NotFoundError, DataFileError, StoreError."""
    told = context.job.arguments
    question = reporting.Question(
        tuple(told["campaigns"]),
        Period(day_of(told["from"]), day_of(told["to"])),
        tuple(Dimension(each) for each in told["by"]),
        told["paid_days"],
    )
    report = reporting.count(context.services, question)
    reporting.keep(context.services, question, report)
    return {"dials": report.dials.dials.dials}


JOB = JobKind(reporting.REPORT_OVERVIEW, count)
