"""The address that people type: the first page that they may see."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.visit import Visit


def home(visit: Visit) -> Response:
    entries = [entry for entry in visit.menu if entry.section == "work"] or visit.menu
    return RedirectResponse(entries[0].path if entries else "/profile", status_code=303)


PAGE = Page(routes=(PageRoute("/", home, Open.SIGNED_IN),))
