"""What needs a person now, how the day goes, and the calls of this moment."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from starlette.responses import Response

from campaigns.console.foresight import local_now
from campaigns.console.heard import heard
from campaigns.console.launching import connected
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.services import Services
from campaigns.console.visit import Visit
from campaigns.console.web.behind import Lane
from campaigns.console.web.streams import stream
from campaigns.console.work import close_work
from campaigns.store.console import today as store
from campaigns.store.console.approvals import pending_approvals
from campaigns.store.console.audit import Deed
from campaigns.store.console.live import live_counts
from campaigns.store.database import Session
from campaigns.store.lines import line_view
from campaigns.store.sweeps import overdue_since
from campaigns.store.webhooks import redeliver
from campaigns.store.workers import list_workers

RECENT_S: Final = 3.0
BROKEN_S: Final = 30.0
OLDEST_S: Final = 600.0  # of the day that begins, last night's count tells nothing


def show(visit: Visit) -> Response:
    """The page. Its work for people is a list of its own, by reason."""
    reason = visit.query("reason", 32)
    now = visit.services.recent.get(("today", "now"), RECENT_S, lambda: _now(visit))
    with visit.reading() as session:
        groups = store.follow_up_groups(session)
        work = store.follow_up_page(
            session, reason=reason, after=store.work_place(visit.query("after")), limit=store.PER_PAGE + 1
        )
    shown = work[: store.PER_PAGE]
    return visit.render(
        "today/page.html",
        part="today/work.html",
        groups=groups,
        work=shown,
        more=shown[-1].place if len(work) > store.PER_PAGE else None,
        choices={"reason": reason},
        first=visit.query("after") == "",
        **now,
    )


def watch(visit: Visit) -> Response:
    """How the day goes, as it goes."""

    def look() -> str:
        return visit.part(
            "today/day.html", **visit.services.recent.get(("today", "now"), RECENT_S, lambda: _now(visit))
        )

    return stream(look, every_s=RECENT_S)


def close(visit: Visit) -> Response:
    """Work for a person is done; what came of it is kept."""
    close_work(visit, visit.number("follow_up"), visit.form("note", 255))
    return visit.go("/today", visit.text("It is closed, with your note."))


def send_again(visit: Visit) -> Response:
    """Events that an endpoint did not take are delivered anew."""
    name = visit.form("endpoint", 64)
    with visit.changing() as session:
        count = redeliver(session, name)
        visit.record(session, Deed("webhooks.sent_again", "endpoint", name, after={"count": count}))
    return visit.go("/today", visit.text("They are sent again."))


def _now(visit: Visit) -> dict[str, Any]:
    with visit.reading() as session:
        return _counted(visit, session)


def _counted(visit: Visit, session: Session) -> dict[str, Any]:
    settings, now = visit.services.settings, local_now(visit, session)
    start = datetime.combine(now.date(), time.min, now.tzinfo)
    workers = list_workers(session)
    served = {worker.campaign for worker in workers}
    running, groups = store.running_campaigns(session), store.follow_up_groups(session)
    return {
        "calls_now": now,
        "figures": store.day_figures(session, start, connected()),
        "live": live_counts(session),
        "workers": workers,
        "unserved": [] if None in served else [name for name in running if name not in served],
        "line": line_view(session, settings.line, settings.callers, now, settings.pacing),
        "calendar": visit.services.pack.calendar_end(now.date()),
        "broken": _broken(visit.services),
        "paused": store.paused_campaigns(session),
        "waiting": pending_approvals(session),
        "messages": store.failed_messages(session, now),
        "events": store.dead_events(session),
        "open_work": sum(group.count for group in groups),
        "urgent_work": sum(group.urgent for group in groups),
        "jobs": store.failed_jobs(session, visit.now),
        "unswept": overdue_since(session, visit.now, visit.services.console.sweeps_within),
        "heard": heard(visit),
        "begun": store.has_customers(session),
    }


def _broken(services: Services) -> int:
    """Each broken promise is held against what was paid since: counted behind the page, 0 until then.

    The page looks again every few seconds: what is left out now is soon told.
    """

    def count() -> int:
        with services.database.reading() as session:
            return store.broken_promises(session)

    found = services.behind.get(("today", "broken"), BROKEN_S, count, oldest_s=OLDEST_S, lane=Lane.SHORT)
    return 0 if found is None else found.value


PAGE = Page(
    routes=(
        PageRoute("/today", show, "today.read"),
        PageRoute("/today/events", watch, "today.read"),
        PageRoute("/today/follow-ups/{follow_up:int}/close", close, "followups.close", ("POST",)),
        PageRoute("/today/webhooks", send_again, "webhooks.retry", ("POST",)),
    ),
    menu=(MenuEntry("Today", "/today", "today.read", order=10, icon="sun"),),
)
