"""An audience by a file of keys: read, looked up, and kept."""

from __future__ import annotations

import csv
import io
from typing import Final

from starlette.responses import Response

from campaigns.console.forms.typed import UnfitError
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.audience_lists import keep_list
from campaigns.store.console.audit import Deed

MOST_BYTES: Final = 20_000_000
MOST_KEYS: Final = 500_000
LONGEST_KEY: Final = 64


def take(visit: Visit) -> Response:
    """Keep the customers of a file's keys: the first column, a heading or not."""
    upload = visit.upload("keys")
    try:
        if upload is None or not upload.filename:
            raise UnfitError("choose a file with one key a line")
        keys = keys_in(upload.file.read(MOST_BYTES))
        with visit.changing() as session:
            kept = keep_list(session, upload.filename, keys, by=visit.who.username, at=visit.now)
            after = {"keys": kept.keys, "found": kept.found}
            visit.record(session, Deed("campaigns.list_kept", "list", str(kept.id), after=after))
    except ConflictError as error:
        return visit.render("campaign_new/keys.html", kept=None, problem=visit.explain(error))
    return visit.render("campaign_new/keys.html", kept=kept, problem="")


def keys_in(content: bytes) -> list[str]:
    """The first column of a file, of any script's usual encoding. Raises UnfitError."""
    rows = csv.reader(io.StringIO(_decoded(content)))
    try:
        keys = [row[0].strip() for row in rows if row and row[0].strip()]
    except csv.Error as error:
        raise UnfitError("the file cannot be read: one key a line, as text") from error
    if len(keys) > MOST_KEYS:
        raise UnfitError("the file has more than %(most)s keys", most=MOST_KEYS)
    if not keys or any(len(key) > LONGEST_KEY or not key.isprintable() for key in keys):
        raise UnfitError("the file cannot be read: one key a line, as text")
    return keys


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnfitError("the file cannot be read: one key a line, as text")


PAGE = Page(
    routes=(
        PageRoute("/campaigns/-/keys", take, "campaigns.run", ("POST",), body_limit=MOST_BYTES + 100_000),
    )
)
