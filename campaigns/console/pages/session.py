"""Whether somebody is signed in still, for pages that stay open, and a fresh token for their forms."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.visit import Visit


def show(visit: Visit) -> Response:
    user = visit.viewer.username if visit.viewer else None
    return JSONResponse({"user": user, "csrf": visit.csrf if user else ""})


PAGE = Page(routes=(PageRoute("/session", show, Open.PUBLIC),))
