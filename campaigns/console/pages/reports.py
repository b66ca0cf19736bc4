"""Reports over campaigns and days, the state of numbers, and experiments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from campaigns.console import counting, reporting
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.pages.exports import day_of
from campaigns.console.reporting import Question
from campaigns.console.view import charts
from campaigns.console.view.codes import code_text
from campaigns.console.visit import Visit, counted_at
from campaigns.console.web.behind import Counted
from campaigns.errors import ConflictError, NotFoundError
from campaigns.experiments.analysis import ExperimentReport
from campaigns.experiments.intervals import wilson
from campaigns.outcomes.experiments import grids as experiments
from campaigns.outcomes.experiments.page import experiment_page
from campaigns.outcomes.figures import percent
from campaigns.outcomes.grid import Grid, Unit, shown
from campaigns.outcomes.overview import grids as tables
from campaigns.outcomes.overview.dimensions import Dimension
from campaigns.outcomes.overview.files import write_csv, write_xlsx
from campaigns.outcomes.overview.page import HEADLINE, overview_page
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.summary import Overview
from campaigns.outcomes.report_words import Words, words
from campaigns.store.console.audit import Deed
from campaigns.store.console.campaigns import campaign_names
from campaigns.store.experiments import experiment_names
from campaigns.store.number_reading import By
from telephony.status import NumberStatus

FORMS: Final = {
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}
NUMBERS_BY: Final[tuple[By, ...]] = ("status", "prefix", "source", "campaign")
FRESH_S: Final = 60.0  # younger figures need no age
SHOWN: Final = 60  # rows of the table of numbers
_SHOWN_MEASURES: Final = ("promise", "kept", "paid", "guardrail")


def show(visit: Visit) -> Response:
    """The report that the address asks for: at once, or the last that was counted, while it is anew."""
    services, question, say = visit.services, _question(visit), words(visit.language)
    latest = reporting.latest(services, question)
    report = latest.report
    with visit.reading() as session:
        names = campaign_names(session)
    values = {} if report is None else _overview(report, say)
    return visit.render(
        "reports/page.html", part="reports/found.html", tab="overview", question=question, names=names,
        report=report, latest=latest, query=_query(question), dimensions=[each.value for each in Dimension],
        say=say, shown=shown, unknown=say("overview.unknown"), **{**_NOTHING, **values},
    )  # fmt: skip


_NOTHING: Final[dict[str, Any]] = {
    "headline": (), "grids": (), "notes": (), "about": (), "warnings": (), "hours": None, "scripts": None,
    "money": (),
}  # fmt: skip


def _overview(report: Overview, say: Words) -> dict[str, Any]:
    found = {grid.key: grid for grid in tables.grids(report, say)}
    head = found.pop("key_figures")
    figures = {codes[0]: row for codes, row in zip(head.raw, head.rows, strict=True)}
    hours, scripts = None, None
    if Dimension.HOUR in report.by:
        rows = report.by_dials(Dimension.HOUR)
        known = {group.key: group.dials for group in rows}
        if known:
            span = range(min(known), max(known) + 1)
            counts = [(f"{hour:02d}", _three(known.get(hour))) for hour in span]
            hours = charts.columns(counts)
    if Dimension.SCRIPT in report.by:
        scripts = charts.spans(list(_scripts(report, say)))
    return {
        "headline": [figures[name] for name in HEADLINE if name in figures],
        "money": [row for name, row in figures.items() if name not in HEADLINE],
        "warnings": head.notes,
        "grids": list(found.values()),
        "notes": tables.definitions(report, say),
        "about": tables.about(report, say),
        "hours": hours,
        "scripts": scripts,
    }


def _three(dials: Any) -> tuple[int, int, int]:
    return (0, 0, 0) if dials is None else (dials.dials, dials.connected, dials.right_party)


def _scripts(report: Overview, say: Words) -> Any:
    """Promises of right-party contacts by script: two versions are seldom told apart."""
    for group in report.by_dials(Dimension.SCRIPT):
        found = wilson(min(group.dials.promises, group.dials.right_party), group.dials.right_party)
        if found is not None:
            text = f"{percent(found.estimate)} [{percent(found.low)}, {percent(found.high)}]"
            flow, *rest = group.key
            named = None if flow is None else code_text("flow", flow, say.language)
            label = tables.script_label((named, *rest), say)
            yield label, found.estimate, found.low, found.high, text


def take(visit: Visit) -> Response:
    """The report as files: one CSV a table in a ZIP, a workbook, or one page to print."""
    services, question, say = visit.services, _question(visit), words(visit.language)
    report = reporting.kept(services, question) if not reporting.quick(services, question) else None
    report = report or reporting.count(services, question)
    notes = tables.definitions(report, say)
    grids = tables.grids(report, say)
    return _file(visit, "report", grids, notes, say("overview"), lambda: overview_page(report, say))


def numbers(visit: Visit) -> Response:
    """How the numbers stand, by state, prefix, source or campaign."""
    chosen = visit.query("by", 16)
    by: By = next((each for each in NUMBERS_BY if each == chosen), "status")
    found = counting.numbers_by(visit.services, by)
    if found is None:
        return visit.render("reports/counting.html", tab="numbers")
    groups = found.value
    states = [state for state in NumberStatus if any(group.states[state] for group in groups)]
    return visit.render(
        "reports/numbers.html", tab="numbers", by=by, choices=NUMBERS_BY, groups=groups[:SHOWN],
        states=states, at=counted_at(visit, found), more=max(0, len(groups) - SHOWN),
        whole=sum(group.numbers for group in groups),
    )  # fmt: skip


def tests(visit: Visit) -> Response:
    """The experiments that there are."""
    with visit.reading() as session:
        names = experiment_names(session)
    return visit.render("reports/experiments.html", tab="experiments", names=names)


def test(visit: Visit) -> Response:
    """One experiment: its arms with intervals, and what is not to be concluded yet."""
    counted, say = _experiment(visit), words(visit.language)
    if counted is None:
        return visit.render("reports/counting.html", tab="experiments")
    report = counted.value
    bars = [
        (
            f"{say(f'experiment.{name}')} · {result.arm.name}", found.estimate, found.low, found.high,
            f"{shown(found.estimate, Unit.POINTS, '')} "
            f"[{shown(found.low, Unit.POINTS, '')}, {shown(found.high, Unit.POINTS, '')}]",
        )
        for name in _SHOWN_MEASURES
        for result in report.arms
        if (found := experiments.measure_of(result, name).difference) is not None
    ]  # fmt: skip
    return visit.render(
        "reports/experiment.html",
        tab="experiments",
        report=report,
        at=counted_at(visit, counted) if counted.age_s >= FRESH_S else None,
        grids=experiments.grids(report, say),
        about=experiments.about(report, say)[1:],
        warnings=experiments.warnings(report, say),
        notes=experiments.definitions(report, say),
        differences=charts.spans(bars, difference=True),
        say=say,
        shown=shown,
        unknown=say("overview.unknown"),
    )


def take_test(visit: Visit) -> Response:
    counted, say = _experiment(visit), words(visit.language)
    if counted is None:
        raise ConflictError("it is still being counted; ask again in a moment")
    report = counted.value
    notes = (*experiments.warnings(report, say), *experiments.definitions(report, say))
    grids = experiments.grids(report, say)
    return _file(
        visit,
        "experiment",
        grids,
        notes,
        say("experiment"),
        lambda: experiment_page(report, say),
        report.design.name,
    )


def _experiment(visit: Visit) -> Counted[ExperimentReport] | None:
    return counting.experiment(visit.services, str(visit.request.path_params["name"]))


def _file(
    visit: Visit,
    name: str,
    grids: tuple[Grid, ...],
    notes: tuple[str, ...],
    title: str,
    page: Callable[[], str],
    subject: str = "",
) -> Response:
    form = str(visit.request.path_params["form"])
    if form not in FORMS:
        raise NotFoundError(
            "a report is not written as %(form)r; it can be %(forms)s", form=form, forms=", ".join(FORMS)
        )
    if form == "html":
        content = page().encode()
    else:
        with TemporaryDirectory(prefix="xiaorong-report-") as folder:
            content = _written(grids, notes, title, Path(folder), form)
    ending = "zip" if form == "csv" else form
    day = visit.now.astimezone(visit.services.settings.zone).date()
    with visit.changing(Deed("reports.taken", "report", name, after={"page": str(visit.request.url.query)})):
        pass
    told = quote("-".join(filter(None, (name, subject, f"{day}.{ending}"))))
    headers = {
        "Content-Disposition": f"attachment; filename=\"{name}-{day}.{ending}\"; filename*=UTF-8''{told}"
    }
    return Response(content, 200, headers, FORMS[form])


def _written(grids: tuple[Grid, ...], notes: tuple[str, ...], title: str, folder: Path, form: str) -> bytes:
    if form == "xlsx":
        return write_xlsx(grids, folder / "report.xlsx", notes, title).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in write_csv(grids, folder, notes):
            bundle.write(path, path.name)
    return out.getvalue()


def _question(visit: Visit) -> Question:
    """What the address asks for; its dimensions all when it names none. Raises ConflictError."""
    params = visit.request.query_params
    wanted = [Dimension(each) for each in params.getlist("by") if each in set(Dimension)]
    return Question(
        tuple(dict.fromkeys(name for name in params.getlist("campaign") if name))[:200],
        Period(day_of(visit.query("from", 10)), day_of(visit.query("to", 10))),
        tuple(dict.fromkeys(wanted)) or tuple(Dimension),
        visit.query_number("paid_days") or 7,
    )


def _query(question: Question) -> str:
    """The address of the question, so that it can be kept and sent."""
    told: list[tuple[str, Any]] = [("campaign", name) for name in question.campaigns]
    told += [("from", question.period.first), ("to", question.period.last)]
    if question.by != tuple(Dimension):
        told += [("by", each.value) for each in question.by]
    if question.paid_days != 7:
        told.append(("paid_days", question.paid_days))
    kept = [(name, value) for name, value in told if value]
    return "?" + urlencode(kept) if kept else ""


PAGE = Page(
    routes=(
        PageRoute("/reports", show, "reports.read"),
        PageRoute("/reports/numbers", numbers, "reports.read"),
        PageRoute("/reports/experiments", tests, "reports.read"),
        PageRoute("/reports/experiments/{name}", test, "reports.read"),
        PageRoute("/reports/experiments/{name}/files/{form}", take_test, "reports.read"),
        PageRoute("/reports/files/{form}", take, "reports.read"),
    ),
    menu=(MenuEntry("Reports", "/reports", "reports.read", order=70, icon="chart"),),
)
