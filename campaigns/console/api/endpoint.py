"""What an endpoint of the API is: one value that routes, checks, answers and describes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from campaigns.console.page import Open
from campaigns.console.visit import Visit

PREFIX: Final = "/api/v1"


class Given(BaseModel):
    """What a program gives: strict, since a wrong type is a slip, and without names that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Told(BaseModel):
    """What a program is told."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Nothing(Given):
    """Neither query nor body."""


Q = TypeVar("Q", bound=Given)
B = TypeVar("B", bound=Given)
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with headers of its own."""

    content: Told
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None


def by_body(handler: Callable[[Visit, Q, Nothing], A]) -> Callable[[Visit, Nothing, Q], A]:
    """The same operation with what it takes from the address in the body, which no proxy logs."""
    return lambda visit, _query, body: handler(visit, body, Nothing())


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Q, B]):
    """One operation. ``asks``: an action of permissions.yaml, the very one of the page that does the same.

    ``about``: what whoever writes a program must know of it beyond the summary. ``answer`` None: the handler
    answers with a file of ``media``. ``form``: the body is multipart, with a file of the name ``file``.
    ``fails``: what else it may end as, beside what all may. ``once``: takes an Idempotency-Key. ``matches``:
    wants If-Match, with the ETag of what is changed.
    """

    method: str
    path: str
    asks: str | Open
    handler: Callable[[Visit, Q, B], Told | Reply | Response]
    summary: str
    tag: str
    answer: type[Told] | None
    query: type[Q] = Nothing  # type: ignore[assignment]
    body: type[B] = Nothing  # type: ignore[assignment]
    status: int = 200
    fails: tuple[int, ...] = ()
    form: bool = False
    once: bool = False
    matches: bool = False
    etag: bool = False
    media: str = "application/octet-stream"
    body_limit: int | None = None
    describes: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    @property
    def takes_body(self) -> bool:
        return self.body is not Nothing


AnyEndpoint = Endpoint[Any, Any]
