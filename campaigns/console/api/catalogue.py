"""All endpoints, and the routes that they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from campaigns.console.api import (
    approvals,
    audiences,
    audit,
    campaign_steps,
    campaigns,
    customers,
    dry_runs,
    gradings,
    imports,
    leaving,
    ledger,
    live,
    reports,
    results,
    story,
    work,
)
from campaigns.console.api.answer import answering
from campaigns.console.api.endpoint import PREFIX, AnyEndpoint, Endpoint, Nothing, Told
from campaigns.console.page import Open, PageRoute
from campaigns.console.visit import Visit


class MeOut(Told):
    """Whom the key acts for, and what it may."""

    username: str
    actions: tuple[str, ...]


def me(visit: Visit, _query: Nothing, _body: Nothing) -> MeOut:
    return MeOut(username=visit.who.username, actions=tuple(sorted(visit.who.actions)))


ENDPOINTS: Final[tuple[AnyEndpoint, ...]] = (
    *ledger.ENDPOINTS,
    *imports.ENDPOINTS,
    *customers.ENDPOINTS,
    *story.ENDPOINTS,
    *gradings.ENDPOINTS,
    *campaigns.ENDPOINTS,
    *campaign_steps.ENDPOINTS,
    *audiences.ENDPOINTS,
    *dry_runs.ENDPOINTS,
    *approvals.ENDPOINTS,
    *live.ENDPOINTS,
    *work.ENDPOINTS,
    *results.ENDPOINTS,
    *reports.ENDPOINTS,
    *leaving.ENDPOINTS,
    *audit.ENDPOINTS,
    Endpoint("GET", "/me", Open.SIGNED_IN, me, "What this key may do", "keys", MeOut),
)


def routes() -> Iterator[PageRoute]:
    """One a method of an address."""
    for endpoint in ENDPOINTS:
        yield PageRoute(
            PREFIX + endpoint.path,
            answering(endpoint),
            endpoint.asks,
            (endpoint.method,),
            program=True,
            body_limit=endpoint.body_limit,
            plain=not endpoint.form,
        )
