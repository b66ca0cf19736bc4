"""Which facts of a call may be missing, by the annotations of the brief itself."""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import lru_cache
from typing import get_type_hints

from bot.dialogue.brief import Brief
from bot.dialogue.heard import Heard

TIED = {"relief_total": "offer"}
"""Facts that are None exactly when another is."""

OBJECTS = frozenset({"today", "now", "debt", "party", "heard", "counts", "institution", "hotline"})
"""Names that always hold something."""


@lru_cache(maxsize=1)
def optional_facts() -> frozenset[str]:
    """The facts of a brief that not every call has."""
    return frozenset(name for name, hint in _hints(Brief).items() if _may_be_none(hint))


@lru_cache(maxsize=1024)
def may_lack(base: str, attribute: str) -> bool:
    """Whether an attribute of a fact may be None."""
    hint = _hints(Brief).get(base)
    kinds = [kind for kind in (getattr(hint, "__args__", None) or (hint,)) if is_dataclass(kind)]
    return any(_may_be_none(_hints(kind).get(attribute)) for kind in kinds if isinstance(kind, type))


@lru_cache(maxsize=1024)
def is_yes_or_no(heard: str) -> bool:
    """Whether what is heard by this name is true or false, never None."""
    return _hints(Heard).get(heard) is bool


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, object]:
    return get_type_hints(kind)


def _may_be_none(hint: object) -> bool:
    return type(None) in getattr(hint, "__args__", ())
