"""Calls: found by anything that is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from starlette.responses import Response

from bot.nlu.interpreter import OUT_OF_SCOPE
from campaigns.console import place
from campaigns.console.asked import Asked, asked, found
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.grading.rules import GRADES
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.promises import PromiseState
from campaigns.store.console.call_views import ANY_WORD, NO_PROMISE, Quality, Wanted
from campaigns.store.console.calls import choices, latest_start, search_calls

PER_PAGE: Final = 50
USUAL_DAYS: Final = 7  # the period that is shown until another is asked for
DIRECTIONS: Final = ("outbound", "inbound")
PROMISES: Final = (*(state.value for state in PromiseState), NO_PROMISE)
TALKS: Final = ("10", "30", "60", "120", "300")  # seconds at least
HERE: Final = "/calls"
ANY_DAY: Final = "period"  # in an address: no day is asked for, and not the usual ones either
FILTERS: Final = (
    "from", "to", "campaign", "disposition", "direction", "line", "intent", "party", "promise",
    "unsure", "word", "version", "quality", "recorded", "grade", "talk",
)  # fmt: skip
RARE: Final = (
    "campaign", "direction", "line", "intent", "party", "word", "version", "unsure", "recorded",
    "grade", "talk",
)  # fmt: skip
"""What stands below the fold of the filters, which opens when one of these is asked for."""


def show(visit: Visit) -> Response:
    return _list(visit, _asked(visit))


def find(visit: Visit) -> Response:
    return found(visit, _asked(visit), _list)


def _list(visit: Visit, what: Asked) -> Response:
    after = place.read(visit.query("after", 40))
    with visit.reading() as session:
        # On the simulated line calls run ahead of the clock.
        begun = latest_start(session)
        latest = max(visit.now, begun or visit.now)
        today = latest.astimezone(visit.formats.zone).date()
        chosen = _dated(visit, what, today)
        wanted = _wanted(visit, chosen)
        page, count = search_calls(session, wanted, after=after, limit=PER_PAGE)
        offered = choices(session)
    scripts = visit.studio.scripts
    return visit.render(
        "calls/page.html",
        part="calls/rows.html",
        page=page,
        found=count,
        asked=what,
        ever=begun is not None,
        first=after is None,
        following=place.written(page.next),
        choices=chosen,
        more=any(chosen[name] for name in RARE),
        today=today.isoformat(),
        offered=offered,
        dispositions=list(shipped_dispositions().codes()),
        directions=DIRECTIONS,
        promises=PROMISES,
        intents=(*scripts.intents(), OUT_OF_SCOPE),
        words=(ANY_WORD, *scripts.stop_words()),
        grades=GRADES,
        talks=TALKS,
        qualities=[quality.value for quality in Quality],
    )


def _asked(visit: Visit) -> Asked:
    what = asked(visit, HERE, FILTERS, ("key",))
    if what.choices["from"] or what.choices["to"] or not _period_said(visit):
        return what
    return replace(what, link={**what.link, ANY_DAY: "any"})


def _period_said(visit: Visit) -> bool:
    """Whether it is known which days are wanted; a form always tells."""
    given = visit.request.query_params
    return visit.fields is not None or any(name in given for name in ("from", "to", ANY_DAY))


def _dated(visit: Visit, what: Asked, today: date) -> Mapping[str, str]:
    """What is asked for, by name. Without any word on the period it is the usual one."""
    if _period_said(visit):
        return what.choices
    return {**what.choices, "from": (today - timedelta(days=USUAL_DAYS - 1)).isoformat()}


def _wanted(visit: Visit, chosen: Mapping[str, str]) -> Wanted:
    """What does not fit is not asked for."""
    quality = chosen["quality"]
    return Wanted(
        since=visit.midnight(chosen["from"]),
        until=visit.midnight(chosen["to"], later=1),
        campaign=chosen["campaign"],
        key=chosen["key"],
        disposition=chosen["disposition"],
        direction=_known(chosen["direction"], DIRECTIONS),
        line=chosen["line"],
        intent=chosen["intent"],
        right_party={"yes": True, "no": False}.get(chosen["party"]),
        promise=_known(chosen["promise"], PROMISES),
        unsure=chosen["unsure"] == "1",
        stop_word=chosen["word"],
        version=chosen["version"],
        quality=Quality(quality) if quality in list(Quality) else None,
        recorded=chosen["recorded"] == "1",
        grade=_known(chosen["grade"], GRADES),
        talk_s=int(chosen["talk"]) if chosen["talk"] in TALKS else None,
    )


def _known(value: str, known: Any) -> str:
    return value if value in known else ""


PAGE = Page(
    routes=(
        PageRoute(HERE, show, "calls.read"),
        PageRoute(HERE, find, "calls.read", ("POST",)),
    ),
    menu=(MenuEntry("Calls", HERE, "calls.read", order=40, icon="phone"),),
)
