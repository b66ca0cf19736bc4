"""The addresses that the console's benchmark asks for: every GET of a page and of the API, as staff use them, and
what a form counts as it is filled in."""

# ruff: noqa: E501 - tables are read by the line

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import httpx
from sqlalchemy import text

from campaigns.console.registry import all_pages
from campaigns.store.database import Database
from tests.benchmarks.console_rows import DAYS, EVERYBODY, NOW, RARE_WORD
from tests.benchmarks.desk_rows import STORY_CALL, UPLOADS, story_of
from tests.benchmarks.report_rows import START

POST = "POST "
"""What stands before the address of a form, whose fields follow it as a query."""

_LONG_AGO = START.date().isoformat()
CUSTOMERS = (
    "", "q=C4242", "q=C77", "q=王明", "q=王", "q=13800138000", "grade=A", "grade=D", "grade=none", "tag=high_value",
    "tag=promise_broken_twice", "number=unknown", "number=risk", "promise=broken", "promise=pending", "barred=1",
    "sort=overdue", "sort=owing", "sort=overdue&grade=D", "sort=owing&promise=broken&tag=high_value",
    "grade=B&tag=dormant&number=active", "sort=owing&number=empty", "barred=1&grade=A&sort=overdue",
)  # fmt: skip
CALLS = (
    "", "disposition=promise", "disposition=complaint", "direction=inbound", "campaign=everybody", "campaign=week-41",
    "key=C4242", "line=simulated", "line=sip-carrier", "intent=ask_identity", "intent=promise_to_pay", "party=yes",
    "promise=pending", "promise=broken", "promise=none", "unsure=1", "word=any", f"word={RARE_WORD}",
    "word=complaint_regulator", "version=2.3", "version=2.1", "quality=unscored", "quality=poor", "quality=good",
    "quality=failed", "quality=marked", "recorded=1", "intent=busy_now&party=yes&disposition=promise", "grade=D",
    "talk=120", "talk=300", "grade=A&talk=60&party=yes",
)  # fmt: skip
OVER_ALL = (
    "", "disposition=complaint", "direction=inbound", "line=sip-carrier", "intent=ask_identity", "unsure=1",
    f"word={RARE_WORD}", "word=any", "promise=broken", "promise=kept", "quality=failed", "quality=marked", "version=2.1",
    "party=yes", "recorded=1", f"word={RARE_WORD}&disposition=promise", "campaign=week-41&disposition=promise",
    "promise=pending", "grade=D", "talk=120", "talk=300", "grade=D&promise=broken", "word=any&talk=60&grade=A",
)  # fmt: skip
PARTS = (
    "funnel", "foreseen", "held-back?reason=day_cap", "held-back?reason=number_invalid", "held-back?reason=nothing",
    "edit", "dry-run", "events",
)  # fmt: skip
TABS = ("progress", "queue", "setup", "changes", "dry_run")
PERSON_TABS = ("overview", "decisions", "calls", "promises", "messages", "file")
REPORTS = (
    "", "from=2026-11-24&to=2026-11-24", "from=2026-11-16&to=2026-11-22", "campaign=everybody", "campaign=week-41",
    "by=grade", "campaign=everybody&by=hour", "from=2026-10-01&to=2026-10-31&by=script",
    "campaign=week-40&campaign=week-41&by=line&by=caller", "from=2026-11-01", "to=2026-09-30&by=reason",
    "campaign=everybody&paid_days=30", "campaign=more-1",
)  # fmt: skip
AUDIENCES = (
    "", "grade=A", "grade=C&grade=D&min_days=1", "tag=high_value&without_tag=dormant", "min_days=5&max_days=30",
    "tag=promise_broken_twice", "broken=1", "treatment=frequent", "list_id=1", "limit=1000", "dormant_days=90",
)  # fmt: skip
"""Of a campaign that is being made: whom it would be over."""
AUDITS = (
    "by=li&action=campaigns.paused", "kind=customer&subject=C4242", "kind=customer", "kind=nothing", "by=nobody",
    "subject=C4242", "subject=nobody", "action=campaigns.created", "action=personal.seen", "by=wang&kind=customer",
    "by=li&kind=campaign&action=personal.seen",
)  # fmt: skip
NUMBERS = ("status", "prefix", "source", "campaign")
LEFT_OUT = {
    "/setup/{token}", "/imports/{id:int}/rejected", "/exports/{id:int}/file", "/calls/{id:int}/audio",
    "/calls/{id:int}/waveform", "/api/v1/imports/{id:int}/rejected", "/api/v1/exports/{id:int}",
    "/api/v1/exports/{id:int}/file",
}  # fmt: skip
"""What gives one file that somebody brought in or took out: its size is not the installation's."""


def addresses(database: Database) -> list[str]:
    """Each once. Raises AssertionError for a route that is neither asked for nor left out."""
    found = list(dict.fromkeys(_all(database)))
    patterns = {
        route.path: re.compile("^" + re.sub(r"\{\w+(:\w+)?\}", "[^/]+", route.path) + "$")
        for page in all_pages()
        for route in page.routes
        if "GET" in route.methods and route.path not in LEFT_OUT
    }
    bare = [path.removeprefix(POST).partition("?")[0] for path in found]
    missing = [path for path, pattern in patterns.items() if not any(pattern.match(each) for each in bare)]
    assert not missing, f"not asked for: {missing}"
    return found


def _all(database: Database) -> Iterator[str]:
    with database.reading() as session:

        def one(query: str) -> int:
            return int(session.execute(text(query)).scalar_one())

        talked = one(f"SELECT max(id) FROM call WHERE right_party AND campaign_id = {EVERYBODY}")  # noqa: S608
        middle = one("SELECT max(id) FROM customer") // 2
        attempt = one("SELECT max(id) FROM attempt")
        overdue = one("SELECT max(days_past_due) FROM account")
        version = one("SELECT max(id) FROM script_version")
        work = one("SELECT min(id) FROM follow_up WHERE state = 'open'")
    at = START.timestamp() + (DAYS - 2) * 86400
    yield from (
        "/",
        "/sign-in",
        "/today",
        f"/today?after={work + 5000}",
        "/today?reason=complaint",
        "/today/events",
    )
    yield from (f"/today?reason=complaint&after={work + 5000}", "/today?reason=nothing")
    yield from ("/live", "/live/events", f"/live/{attempt}", f"/live/{attempt}/events", "/live/in-1")
    yield from ("/api/v1/live", f"/api/v1/live/{attempt}/order")
    yield from _with("/customers", CUSTOMERS)
    yield from (f"/customers?after={middle}_{middle}", f"/customers?grade=C&after={middle}_{middle}")
    yield f"/customers?sort=overdue&after={overdue // 2}_{middle}"
    for tag in ("keeps_promises", "high_value"):
        yield f"/customers?sort=owing&tag={tag}&after={2_000_000}_{middle}"
    yield f"/customers?promise=broken&after={middle}_{middle}"
    yield f"/customers?sort=overdue&grade=A&number=risk&after=30_{middle}"
    yield f"/customers?q={quote('王')}&after={middle}_{middle}"
    for person in (4242, story_of(database)):
        yield from (f"/customers/{person}?tab={tab}" for tab in PERSON_TABS)
    yield from ("/customers/grading", "/customers/grading/events", "/api/v1/grading")
    yield from (
        "/campaigns",
        "/campaigns?state=running",
        "/campaigns?q=week",
        "/campaigns?q=nothing",
        f"/campaigns?before={EVERYBODY}",
        "/campaigns/-/new",
    )
    yield "/campaigns/-/new?flow=broken-promise&broken=1"
    yield from _forms()
    for name in ("everybody", "week-41", "more-1"):
        yield from (f"/campaigns/{name}?tab={tab}" for tab in TABS)
        yield from (f"/campaigns/{name}/{part}" for part in PARTS)
    yield from _with("/calls", CALLS)
    yield f"/calls?after={at:.6f}_{talked}"
    yield from _with("/calls", (f"from={_LONG_AGO}&{wanted}" for wanted in OVER_ALL))
    yield f"/calls?from={_LONG_AGO}&party=yes&after={at - 30 * 86400:.6f}_{talked}"
    for wanted in (
        "word=any",
        "intent=ask_identity",
        "grade=A&talk=60",
        "promise=broken",
        "quality=good",
        "unsure=1",
    ):
        yield f"/calls?from={_LONG_AGO}&{wanted}&after={at - 30 * 86400:.6f}_{talked}"
    yield f"/calls?from={_LONG_AGO}&key=C{story_of(database)}"
    yield from (f"/calls/{talked}", f"/calls/{STORY_CALL}")
    yield from ("/simulator", f"/simulator?version={version}", "/simulator/flow", "/simulator/tests")
    yield from ("/simulator/flow?flow=broken-promise&common=1", "/simulator/tests/events")
    yield from (
        "/simulator/versions",
        f"/simulator/versions/{version}",
        f"/simulator/versions/{version}/events",
        "/simulator/misunderstood",
        "/simulator/misunderstood/file",
    )
    yield from _with("/reports", REPORTS)
    yield from (f"/reports/numbers?by={by}" for by in NUMBERS)
    yield from ("/reports/experiments", "/reports/experiments/openings")
    yield from (f"/reports/files/{form}?campaign=everybody" for form in ("csv", "xlsx", "html"))
    yield from (f"/reports/experiments/openings/files/{form}" for form in ("csv", "xlsx", "html"))
    yield from (
        "/exports",
        "/imports",
        "/imports?before=1000",
        f"/imports/{UPLOADS}",
        f"/imports/{UPLOADS}/events",
    )
    yield from ("/imports/templates/portfolio.csv", "/imports/templates/portfolio.xlsx")
    yield from ("/jobs", "/jobs?before=2000", "/profile")
    yield from (
        "/settings/users",
        "/settings/rules",
        "/settings/lines",
        "/settings/retention",
        "/settings/webhooks",
    )
    yield from (
        "/settings/keys",
        "/settings/api",
        "/settings/audit",
        f"/settings/audit?before={at - 40 * 86400:.6f}_5",
    )
    yield from _with("/settings/audit", AUDITS)
    yield f"/settings/audit?by=li&before={at - 40 * 86400:.6f}_5"
    day = NOW.date() - timedelta(days=40)
    yield from (f"/settings/audit?from={day}&to={day}", f"/settings/audit?from={day}&to={day}&by=nobody")
    yield from (f"/settings/audit?from={day}&by=li", f"/settings/audit?to={day}&action=campaigns.paused")
    yield from (f"/settings/audit/file?from={day}&to={day}", "/settings/audit/file?by=li")
    yield from (
        f"/api/v1/{path}" for path in ("me", "openapi.json", "customers", "customers/C4242", "webhooks")
    )
    yield f"/api/v1/imports/{UPLOADS}"
    yield f"/api/v1/customers/C{story_of(database)}"
    yield from (f"/api/v1/customers?q={quote('王明')}", "/api/v1/customers?grade=D&tag=dormant")
    yield from ("/api/v1/campaigns", "/api/v1/campaigns/everybody", "/api/v1/jobs/7")
    yield from ("/api/v1/calls", f"/api/v1/calls?cursor={talked - 1000}", f"/api/v1/calls/{talked}")
    yield from (
        "/api/v1/calls?campaign=everybody",
        "/api/v1/calls?campaign=more-1",
        "/api/v1/calls?customer=C4242",
    )
    yield "/api/v1/calls?since=2026-11-24T00:00:00Z"
    yield from (
        "/api/v1/promises",
        "/api/v1/promises?state=kept",
        "/api/v1/promises?since=2026-11-24T00:00:00Z",
    )
    yield f"/api/v1/promises?cursor={int(at * 1_000_000) - 30 * 86400 * 1_000_000}_7"


def _forms() -> Iterator[str]:
    """What is counted while a campaign is being made."""
    for wanted in AUDIENCES:
        fields = "&".join(
            part for part in ("flow=repayment-reminder&concurrency=20&calls_per_second=2", wanted) if part
        )
        yield f"{POST}/campaigns/-/new/count?{fields}"
        if wanted in AUDIENCES[:3]:
            yield f"{POST}/campaigns/-/new/preview?{fields}"


def _with(path: str, queries: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    for query in queries:
        yield f"{path}?{query}" if query else path


def first_load(browser: httpx.Client) -> None:
    """Print the bytes of a first load, as they are and as sent: of a page with all that it links."""
    for path in ("/sign-in", "/today"):
        plain = sent = 0
        with httpx.Client(base_url=browser.base_url, headers=browser.headers) as stranger:
            client = stranger if path == "/sign-in" else browser
            page = client.get(path)
            links = re.findall(r"""(?:src|href)="(/static/[^"]+)""", page.text)
            for answer in (page, *(client.get(link) for link in dict.fromkeys(links))):
                plain += len(answer.content)
                sent += answer.num_bytes_downloaded
        print(f"first load of {path:10} {1 + len(set(links)):3} files {plain:9,} bytes, {sent:9,} as sent")
