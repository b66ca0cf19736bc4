"""A campaign tried out over simulated customers: begun, how far it is, and what it forecasts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from campaigns.console import trying
from campaigns.console.api.campaign_told import name_of
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told
from campaigns.console.api.fields import JobOut
from campaigns.console.api.ledger import job_out
from campaigns.console.forecast import Forecast, forecast_of
from campaigns.console.jobs.dry_run import SAMPLES
from campaigns.console.visit import Visit
from campaigns.store.console.jobs import job_by_id
from campaigns.store.console.launches import LAUNCH

Sample = Literal[SAMPLES]  # type: ignore[valid-type]


class DryRunIn(Given):
    """``members``: how many of its customers are simulated; the forecast is scaled to all."""

    members: Sample = SAMPLES[0]


class RangeOut(Told):
    """Where a figure lies, as far as a sample can tell: with 95 % of certainty."""

    low: int
    high: int


class StageOut(Told):
    """Members that come so far: loaded, eligible, dialed, connected, right_party, promise."""

    stage: str
    members: int
    low: int
    high: int


class DayOut(Told):
    """One day of the run."""

    day: date
    dials: int
    connected: int
    promises: int


class ForecastOut(Told):
    """Of the whole campaign, from ``sample`` of its ``members``. Money in minor units by currency.

    ``cost``: of the calls, in units by currency; null: a price is not known. ``promised_range`` and
    ``relief_range``: as far as the number of promises is uncertain; left out where it is not.
    """

    sample: int
    members: int
    stages: tuple[StageOut, ...]
    dials: int
    talk_s: int
    promised: dict[str, int]
    promised_range: dict[str, RangeOut]
    relief: dict[str, int]
    relief_range: dict[str, RangeOut]
    cost: dict[str, Decimal] | None
    line: str
    started_at: datetime | None
    finished_at: datetime | None
    days: tuple[DayOut, ...]


class DryRunOut(Told):
    """The latest dry run. ``job`` null: there was none. ``forecast`` null: it is not done."""

    job: JobOut | None
    forecast: ForecastOut | None


def begin(visit: Visit, _query: Nothing, body: DryRunIn) -> JobOut:
    job_id = trying.begin(visit, name_of(visit), body.members)
    with visit.reading() as session:
        return job_out(job_by_id(session, job_id))


def get(visit: Visit, _query: Nothing, _body: Nothing) -> DryRunOut:
    with visit.reading() as session:
        job = trying.latest(session, name_of(visit))
    if job is None:
        return DryRunOut(job=None, forecast=None)
    told = _forecast(forecast_of(job.result)) if job.state == "done" else None
    return DryRunOut(job=job_out(job), forecast=told)


def _forecast(found: Forecast) -> ForecastOut:
    return ForecastOut(
        sample=found.sample,
        members=found.members,
        stages=tuple(StageOut.model_validate(each) for each in found.stages),
        dials=found.dials,
        talk_s=found.talk_s,
        promised=found.promised,
        promised_range=_ranges(found, found.promised),
        relief=found.relief,
        relief_range=_ranges(found, found.relief),
        cost=found.cost,
        line=found.line,
        started_at=found.started_at,
        finished_at=found.finished_at,
        days=tuple(
            DayOut(
                day=date.fromisoformat(day.day),
                dials=day.dials,
                connected=day.connected,
                promises=day.promises,
            )
            for day in found.days
        ),
    )


def _ranges(found: Forecast, sums: dict[str, int]) -> dict[str, RangeOut]:
    spread = {currency: found.spread(total) for currency, total in sums.items()}
    return {
        currency: RangeOut(low=ends[0], high=ends[1]) for currency, ends in spread.items() if ends is not None
    }


TAG = "campaigns"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/campaigns/{name}/dry-run",
        LAUNCH,
        begin,
        "Try a campaign out over simulated customers",
        TAG,
        JobOut,
        body=DryRunIn,
        status=202,
        fails=(409,),
        once=True,
        about="Of a draft or a paused campaign. Nobody is called; it takes from seconds to minutes.",
    ),
    Endpoint(
        "GET",
        "/campaigns/{name}/dry-run",
        "campaigns.read",
        get,
        "How far the latest dry run is, and its forecast",
        TAG,
        DryRunOut,
    ),
)
