"""Which slots are known to equal which expressions."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from bot.dialogue.lint.knowledge import Names, identifiers

Alias = tuple[tuple[str, str], ...]


@lru_cache(maxsize=65536)
def among(alias: Alias, names: Names) -> Alias:
    return tuple(pair for pair in alias if pair[0] in names)


@lru_cache(maxsize=65536)
def telling(alias: Alias, read: Names) -> Alias:
    """Those that can decide anything, where no more than ``read`` is: to be equal to what nothing else
    mentions is to be equal to anything.
    """
    alias = among(alias, read)
    equal = Counter(expression for _, expression in alias)
    return tuple(pair for pair in alias if equal[pair[1]] > 1 or not read.isdisjoint(identifiers(pair[1])))


@lru_cache(maxsize=65536)
def reaching(alias: Alias, names: Names) -> Names:
    """``names`` and all that these slots equal: conditions on a slot are known by either."""
    return names.union(*(identifiers(expression) for _, expression in alias))
