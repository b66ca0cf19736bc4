"""How one override meets one rule: the steps that every section of a rule pack is tightened by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from campaigns.compliance.limits import CountOverride, LooseningError, Section

Key = TypeVar("Key", bound=str)
Rule = TypeVar("Rule")
Change = TypeVar("Change")
Part = TypeVar("Part", bound=Section)


def at(where: str, apply: Callable[[Change], Rule], change: Change) -> Rule:
    """``apply(change)``; a LooseningError is told with the key ``where``."""
    try:
        return apply(change)
    except LooseningError as error:
        raise error.under(*where.split(".")) from error


def each(
    where: str,
    rules: Mapping[Key, Rule],
    changes: Mapping[Key, Change],
    apply: Callable[[Rule, Change], Rule],
) -> dict[Key, Rule]:
    """Every rule of a section with the change of the same key applied."""
    changed = dict(rules)
    for key, change in changes.items():
        if key not in rules:
            raise LooseningError("the rule pack has no such entry", where, key)
        changed[key] = at(f"{where}.{key}", lambda c, key=key: apply(rules[key], c), change)  # type: ignore[misc]
    return changed


def limits(rule: Part, by: Section) -> Part:
    """A section of ``AtMost`` and ``AtLeast``, each under the key that its override has too."""
    changes = {}
    for key in type(by).model_fields:
        change, limit = getattr(by, key), getattr(rule, key)
        if not isinstance(change, CountOverride) or change == CountOverride():
            continue
        if limit is None:
            raise LooseningError("the rule pack has no such entry", key)
        changes[key] = at(key, limit.tightened, change)
    return rule.model_copy(update=changes)


def optional(rule: Part | None, by: Section) -> Part | None:
    """As ``limits``, for a section that a pack may lack."""
    if rule is None and by != type(by)():
        raise LooseningError("the rule pack has no such section")
    return None if rule is None else limits(rule, by)


def fewer(where: str, rule: tuple[Key, ...], by: Iterable[Key] | None) -> tuple[Key, ...]:
    """A list that may be shortened only."""
    if by is None:
        return rule
    kept = tuple(by)
    if more := sorted(set(kept) - set(rule)):
        raise LooseningError(f"may be shortened only: the rule pack does not list {', '.join(more)}", where)
    return kept


def no_more(key: str, rule: int | None, by: int | None) -> int | None:
    """A figure that may be lowered only; None is no limit."""
    if by is None:
        return rule
    if rule is not None and by > rule:
        raise LooseningError(f"may be lowered only: the rule pack says at most {rule}", key)
    return by


def no_less(key: str, rule: int, by: int | None) -> int:
    """A figure that may be raised only."""
    if by is None:
        return rule
    if by < rule:
        raise LooseningError(f"may be raised only: the rule pack says at least {rule}", key)
    return by
