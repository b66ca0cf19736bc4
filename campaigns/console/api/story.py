"""One customer's messages, how calls to them stand now, and every decision to call or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from campaigns.console.api.customers import key_of
from campaigns.console.api.endpoint import Endpoint, Nothing, Told
from campaigns.console.api.fields import Paged
from campaigns.console.explaining import explained
from campaigns.console.visit import Visit
from campaigns.store.console import story
from campaigns.store.console.results import customer_id_of
from campaigns.store.console.story_views import MessageView

Verdict = Literal["allow", "defer", "refuse"]


class MessageOut(Told):
    """A message to the customer. ``body`` is null without personal.see."""

    id: int
    channel: str
    template: str
    body: str | None
    state: str
    created_at: datetime


class MessagesOut(Told):
    """Newest first. ``next``: the cursor of the following page; null: this is the last."""

    items: tuple[MessageOut, ...]
    next: str | None


class FactOut(Told):
    """Something that a decision saw; times as ISO 8601."""

    name: str
    value: str | int | float | bool | None


class SourceOut(Told):
    """A text that a rule rests on. ``seen``: how its wording was checked."""

    title: str
    clause: str
    seen: str


class AgainstOut(Told):
    """One reason against a call: its code and words, the rule of the pack, what that rests on, what it saw.

    ``until``: it holds until then; null: until something changes. ``cure``: what would have to change.
    """

    reason: str
    text: str
    rule: str
    sources: tuple[SourceOut, ...]
    facts: tuple[FactOut, ...]
    until: datetime | None
    cure: str | None


class DecisionOut(Told):
    """A decision on record. ``pack``: the rules that it was made by; ``next``: when it was to be made again.

    ``facts``: what a call that was allowed rested on. The number is masked for everybody.
    """

    id: int
    at: datetime
    campaign: str
    number: str | None
    attempt: int | None
    verdict: Verdict
    pack: str
    next: datetime | None
    against: tuple[AgainstOut, ...]
    facts: tuple[FactOut, ...]


class DecisionsOut(Told):
    """Newest first, under whatever key of the person's. ``total``: all that are on record."""

    items: tuple[DecisionOut, ...]
    next: str | None
    total: int


class NumberStanding(Told):
    """Whether a number could be called now, and all that is against it.

    ``next``: from then on the time is not against it; a reason without ``until`` must be gone besides; null:
    at no time in sight. ``number``: masked for everybody; null: there is none that could be called.
    """

    number: str | None
    verdict: Verdict
    against: tuple[AgainstOut, ...]
    facts: tuple[FactOut, ...]
    next: datetime | None


class StandingOut(Told):
    """How calls to the customer stand ``at`` this moment, by the rules ``pack``."""

    at: datetime
    pack: str
    numbers: tuple[NumberStanding, ...]


def messages(visit: Visit, query: Paged, _body: Nothing) -> MessagesOut:
    with visit.reading() as session:
        subject = story.person(session, customer_id_of(session, key_of(visit)))
        found = story.messages_of(session, subject, before_id=query.place, limit=query.limit + 1)
    shown = found[: query.limit]
    following = str(shown[-1].id) if len(found) > query.limit else None
    return MessagesOut(items=tuple(_message(visit, each) for each in shown), next=following)


def decisions(visit: Visit, query: Paged, _body: Nothing) -> DecisionsOut:
    told = _explained(visit, query.limit + 1, query.place)
    shown = told["decisions"][: query.limit]
    following = str(shown[-1]["id"]) if len(told["decisions"]) > query.limit else None
    items = (
        DecisionOut(**{**each, "against": _against(each["against"]), "facts": _facts(each["facts"])})
        for each in shown
    )
    return DecisionsOut(items=tuple(items), next=following, total=told["decisions_in_all"])


def standing(visit: Visit, _query: Nothing, _body: Nothing) -> StandingOut:
    told = _explained(visit, 1)
    numbers = (
        NumberStanding(
            number=each["number"],
            verdict=each["verdict"],
            against=_against(each["against"]),
            facts=_facts(each["facts"]),
            next=each["next"],
        )
        for each in told["numbers"]
    )
    return StandingOut(at=told["at"], pack=told["pack"], numbers=tuple(numbers))


def _explained(visit: Visit, last: int, before_id: int | None = None) -> dict[str, Any]:
    with visit.reading() as session:
        subject = story.person(session, customer_id_of(session, key_of(visit)))
        return explained(visit, session, subject, last, before_id)


def _message(visit: Visit, found: MessageView) -> MessageOut:
    return MessageOut(
        id=found.id,
        channel=found.channel,
        template=found.template,
        body=found.body.value if visit.reveals(found.body) else None,
        state=found.state,
        created_at=found.created_at,
    )


def _against(found: Iterable[Mapping[str, Any]]) -> tuple[AgainstOut, ...]:
    return tuple(
        AgainstOut(
            **{**each, "sources": tuple(each["sources"]), "facts": _facts(each["facts"])},
        )
        for each in found
    )


def _facts(pairs: Iterable[tuple[str, Any]]) -> tuple[FactOut, ...]:
    return tuple(FactOut(name=name, value=_plain(value)) for name, value in pairs)


def _plain(value: Any) -> str | int | float | bool | None:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


TAG = "customers"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/customers/{key}/messages",
        "customers.read",
        messages,
        "Messages to a customer",
        TAG,
        MessagesOut,
        Paged,
    ),
    Endpoint(
        "GET",
        "/customers/{key}/decisions",
        "customers.read",
        decisions,
        "Every decision to call a customer or not, with its rule",
        TAG,
        DecisionsOut,
        Paged,
        about="Words are in the language of Accept-Language.",
    ),
    Endpoint(
        "GET",
        "/customers/{key}/standing",
        "customers.read",
        standing,
        "Whether a customer could be called now, and what is against it",
        TAG,
        StandingOut,
        about="Nothing is decided and nothing is reserved. Words are in the language of Accept-Language.",
    ),
)
