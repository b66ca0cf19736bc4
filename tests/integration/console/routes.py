"""Every route with an address that exists in the world."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.console.page import Open, PageRoute
from campaigns.console.registry import all_pages

VALUES = {
    "attempt": "1",
    "follow_up": "1",
    "id": "1",
    "seq": "0",
    "call": "1",
    "bar": "1",
    "approval": "1",
    "name": "march",
    "token": "no-such-token",
    "kind": "portfolio",
    "form": "csv",
    "key": "no-such-key",
}


@dataclass(frozen=True)
class Address:
    """One method of one route."""

    route: PageRoute
    method: str

    @property
    def path(self) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: VALUES[match[1]], self.route.path)

    def __str__(self) -> str:
        return f"{self.method} {self.route.path}"


def addresses(*, safe: bool | None = None) -> Iterator[Address]:
    """All; only those that change nothing, or only those that do. The stream of a draft is over at once."""
    for page in all_pages():
        for route in page.routes:
            for method in route.methods:
                if safe in (None, method == "GET"):
                    yield Address(route, method)


def pages_of_anybody() -> list[Address]:
    """What can be looked at with a role that may do it."""
    return [each for each in addresses(safe=True) if each.route.asks is not Open.PUBLIC]
