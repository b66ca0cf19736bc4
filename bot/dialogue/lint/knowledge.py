"""What is known in a state: conditions decided on the way, each by its text and whether it holds.

Sets of them recur in thousands of states, so what is asked of one is answered once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import get_type_hints

from bot.dialogue.brief import Brief
from bot.dialogue.lint.wording import counter_bound

Known = frozenset[tuple[str, bool]]
Names = frozenset[str]

NOTHING_KNOWN: Known = frozenset()

_LASTING = frozenset(get_type_hints(Brief))
"""What the brief says cannot change within a call: what is known of it is kept from event to event."""

_OPERATORS = frozenset({"lt", "gt", "lteq", "gteq", "eq", "ne", "in", "None", "True", "False"})
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@lru_cache(maxsize=4096)
def identifiers(condition: str) -> Names:
    """The names and attributes (``party.name``) that a condition mentions."""
    return frozenset(_IDENTIFIER.findall(condition)) - _OPERATORS


@lru_cache(maxsize=4096)
def lasts(condition: str) -> bool:
    """Whether it is a fact of the brief, and so still holds at the next event."""
    return " " not in condition and condition.partition(".")[0] in _LASTING


@lru_cache(maxsize=65536)
def within(known: Known, live: Names, read: Names) -> Known:
    """The facts that matter later (``live``), and the conditions on nothing but what is ``read`` now."""
    return frozenset(p for p in known if (p[0] in live and lasts(p[0])) or identifiers(p[0]) <= read)


@lru_cache(maxsize=65536)
def about(known: Known, names: Names) -> Known:
    """The conditions that mention one of ``names``."""
    return frozenset(pair for pair in known if not names.isdisjoint(identifiers(pair[0])))


@lru_cache(maxsize=65536)
def without(known: Known, name: str) -> Known:
    """Drop what was known of anything that reads ``name``."""
    return frozenset(pair for pair in known if not mentions(pair[0], name))


@lru_cache(maxsize=65536)
def bounded_in(known: Known) -> Names:
    """The counters that these conditions keep from above."""
    bounds = (counter_bound(*pair) for pair in known)
    return frozenset(bound for bound in bounds if bound)


def mentions(text: str, name: str) -> bool:
    """Whether an expression reads ``name`` or an attribute of it."""
    return bool(_word(name).search(text))


@lru_cache(maxsize=512)
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
