"""An audience by a file of keys: read, looked up, and kept."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console import lists
from campaigns.console.forms.typed import UnfitError
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError


def take(visit: Visit) -> Response:
    """Keep the customers of a file's keys: the first column, a heading or not."""
    upload = visit.upload("keys")
    try:
        if upload is None or not upload.filename:
            raise UnfitError("choose a file with one key a line")
        kept = lists.keep(visit, upload.filename, lists.keys_in(upload.file.read(lists.MOST_BYTES)))
    except ConflictError as error:
        return visit.render("campaign_new/keys.html", kept=None, problem=visit.explain(error))
    return visit.render("campaign_new/keys.html", kept=kept, problem="")


PAGE = Page(
    routes=(
        PageRoute(
            "/campaigns/-/keys", take, "campaigns.run", ("POST",), body_limit=lists.MOST_BYTES + 100_000
        ),
    )
)
