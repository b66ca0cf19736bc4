"""What a list is asked for: its filters, which stand in its address, and words, which stand there sealed.

A name, a number or a key that is searched for would lie in the browser's history and in the log of a proxy.
So the form is sent as a body, and the address that it leads to carries the words for this session alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from campaigns.console.access.forgery import SAFE_METHODS
from campaigns.console.access.sealed_words import LONGEST, seal, unseal
from campaigns.console.visit import Visit

SEALED: Final = "sought"
"""The name under which an address carries words."""
LONGEST_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """``choices``: all by name, as the form shows them. ``link``: the same as an address carries them.

    ``lost``: the address had words of another session, or in the clear.
    """

    page: str
    choices: Mapping[str, str]
    link: Mapping[str, str]
    lost: bool = False

    @property
    def address(self) -> str:
        """Where the list stands that was asked for."""
        kept = {name: value for name, value in self.link.items() if value}
        return self.page + ("?" + urlencode(kept) if kept else "")


def asked(visit: Visit, page: str, filters: tuple[str, ...], words: tuple[str, ...]) -> Asked:
    """What the form or the address asks ``page`` for."""
    if visit.request.method not in SAFE_METHODS:
        chosen = {name: visit.form(name, LONGEST_WORD) for name in filters}
        return _asked(visit, page, chosen, {name: visit.form(name, LONGEST_WORD) for name in words})
    chosen = {name: visit.query(name, LONGEST_WORD) for name in filters}
    given = visit.query(SEALED, LONGEST + 1)
    found = unseal(visit.cookie, page, given) if given else {}
    lost = found is None or any(visit.query(name) for name in words)
    said = {name: (found or {}).get(name, "") for name in words}
    return _asked(visit, page, chosen, said, "" if found is None else given, lost)


def found(visit: Visit, what: Asked, make: Callable[[Visit, Asked], Response]) -> Response:
    """The answer to the form: the part that ``make`` gives where htmx asks for it, else the page's address.

    Either way the browser's address says what was asked for, so that it can be loaded again.
    """
    if not visit.partial:
        return RedirectResponse(what.address, status_code=303)
    answer = make(visit, what)
    answer.headers["HX-Push-Url"] = what.address
    return answer


def sought(visit: Visit, page: str, **words: str) -> str:
    """An address of ``page`` at which these words are searched for, for this visitor alone."""
    return f"{page}?{SEALED}={quote(seal(visit.cookie, page, words))}"


def _asked(
    visit: Visit,
    page: str,
    chosen: dict[str, str],
    words: dict[str, str],
    sealed: str = "",
    lost: bool = False,
) -> Asked:
    said = {name: value for name, value in words.items() if value}
    if said and not sealed:
        sealed = seal(visit.cookie, page, said)
    link = {**chosen, SEALED: sealed if said else ""}
    return Asked(page, {**chosen, **words}, link, lost)
