"""Working a campaign off over simulated customers: what it would come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.dialing.rehearsal import Rehearsed, rehearse
from campaigns.dialing.timing import SIMULATED
from campaigns.outcomes.overview.rates import Rates, load_rates
from campaigns.settings import Settings

DRY_RUN: Final = "campaign.dry_run"
SAMPLES: Final = (100, 300, 1_000, 3_000)  # members; about 20 a second on one core


def dry_run(context: JobContext) -> Mapping[str, Any]:
    """Run it on a throw-away copy. Raises ConflictError: nobody is left to call."""
    services, name = context.services, context.job.subject
    with services.database.reading() as session:
        at = services.ledger_now(session)
    done = rehearse(
        services.settings,
        services.database,
        name,
        at,
        int(context.job.arguments["members"]),
        rates_of(services.settings),
        context.progress,
    )
    if done is None:
        raise JobStopped
    return result_of(done, services.settings.line)


def rates_of(settings: Settings) -> Rates:
    """What the calls would cost on the line that is set."""
    rates = load_rates(settings.rates)
    real = rates.lines.get(settings.line)
    return Rates(version=rates.version, lines={SIMULATED: real} if real else {}, messages=rates.messages)


def result_of(done: Rehearsed, line: str) -> dict[str, Any]:
    """What is kept of a rehearsal, as JSON. Of the copied members alone."""
    report, campaign = done.report, done.campaign
    calls = report.dials.cost
    return {
        "members": done.copied.members,
        "of": done.copied.of,
        "flow": campaign.flow,
        "stages": asdict(report.stages),
        "dials": asdict(report.dials.dials),
        "money": {currency: asdict(money) for currency, money in report.money.items()},
        "cost": {currency: str(amount) for currency, amount in calls.amounts.items()},
        "cost_unknown": sorted(line for _ in calls.unknown),
        "messages": report.messages,
        "started_at": campaign.started_at and campaign.started_at.isoformat(),
        "finished_at": campaign.finished_at and campaign.finished_at.isoformat(),
        "days": [asdict(day) for day in done.days],
        "line": line,
    }


JOB = JobKind(DRY_RUN, dry_run)
