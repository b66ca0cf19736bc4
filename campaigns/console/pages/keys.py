"""Keys for programs, each with the actions that it may; and what a key finds out about itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.responses import Response

from campaigns.console.access.secrets import fingerprint, new_api_key
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import AccessError, ConflictError
from campaigns.store.console.api_tokens import add_token, revoke_token, token_by_id, tokens_of
from campaigns.store.console.audit import Deed

DAYS: Final = ("30", "90", "365")
NOT_FOR_KEYS: Final = frozenset(
    {
        "users.write",
        "keys.own",
        "keys.all",
        "calls.listen",
        "simulator.use",
        "scripts.propose",
        "scripts.publish",
    }
)
"""What only a person may do: a key that could make keys would bind nobody.

A key may approve what others asked for: it acts for its holder, and nobody approves their own request.
"""


def show(visit: Visit) -> Response:
    return _page(visit)


def add(visit: Visit) -> Response:
    days = visit.form("days", 4)
    offered = _scopes(visit)
    scopes = [scope for scope in visit.choices("scopes") if scope in offered]
    key = new_api_key()
    try:
        if days not in DAYS:
            raise ConflictError("choose how long the key is good")
        with visit.changing() as session:
            add_token(
                session,
                visit.who.user_id,
                visit.form("name", 64),
                fingerprint(key),
                key[-4:],
                scopes,
                at=visit.now,
                expires_at=visit.now + timedelta(days=int(days)),
            )
            after = {"scopes": scopes, "days": int(days)}
            visit.record(session, Deed("keys.added", "key", visit.form("name", 64), after=after))
    except ConflictError as error:
        return _page(visit, wrong=visit.explain(error))
    return _page(visit, key=key)


def revoke(visit: Visit) -> Response:
    with visit.changing() as session:
        token = token_by_id(session, visit.number("id"))
        if token.user_id != visit.who.user_id and not visit.may("keys.all"):
            raise AccessError("your role does not allow this")
        revoke_token(session, token.id, visit.now)
        visit.record(session, Deed("keys.revoked", "key", token.name, {"holder": token.username}))
    return visit.go("/settings/keys", visit.text("The key is worth nothing any more."))


def _scopes(visit: Visit) -> list[str]:
    return sorted(visit.who.actions - NOT_FOR_KEYS)


def _page(visit: Visit, *, wrong: str = "", key: str = "") -> Response:
    whose = None if visit.may("keys.all") else visit.who.user_id
    with visit.reading() as session:
        tokens = tokens_of(session, whose)
    return visit.render(
        "keys/page.html",
        status=422 if wrong else 200,
        tokens=tokens,
        scopes=_scopes(visit),
        days=DAYS,
        wrong=wrong,
        key=key,
    )


PAGE = Page(
    routes=(
        PageRoute("/settings/keys", show, "keys.own"),
        PageRoute("/settings/keys", add, "keys.own", ("POST",)),
        PageRoute("/settings/keys/{id:int}/revoke", revoke, "keys.own", ("POST",)),
    ),
    menu=(MenuEntry("Keys", "/settings/keys", "keys.own", "settings", 20, "key"),),
)
