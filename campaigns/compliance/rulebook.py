"""A rule pack as rows: each rule with its hard limit, its default, what is in force, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from campaigns.compliance.pack import RulePack
from campaigns.compliance.sources import basis_of

Say: TypeAlias = Callable[[str], str]
"""A key or a word of a rule, as its reader says it."""

_NO_RULES = {"schema", "id", "version", "sources", "basis"}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, as text: ``hard`` and ``default`` of the pack that ships, and what is in force here."""

    rule: str
    hard: str
    default: str
    in_force: str
    sources: tuple[str, ...]
    note: str

    @property
    def changed(self) -> bool:
        """Whether the house sets it otherwise."""
        return self.in_force != self.default


def rows(shipped: RulePack, in_force: RulePack, say: Say = str) -> Iterator[Row]:
    """Every rule of the pack in force, in its order; ``shipped`` is the same pack without overrides.

    ``say``: by default as the pack has it.
    """
    was, now = (dict(_leaves(_content(pack))) for pack in (shipped, in_force))
    noted: set[str] = set()  # a note stands once, beside the first rule that it is about
    for rule in dict.fromkeys((*now, *was)):
        before, value = was.get(rule), now.get(rule)
        key, basis = basis_of(rule, shipped.basis) or ("", None)
        sources = () if basis is None else tuple(dict.fromkeys((*basis.hard, *basis.default)))
        note = "" if basis is None or key in noted else say(basis.note)
        noted.add(key)
        limit = before if isinstance(before, dict) else {}
        more = say("; ").join(filter(None, [_more(value, say), note]))
        yield Row(
            rule, _text(limit.get("hard"), say), _default(before, say), _default(value, say), sources, more
        )


def _content(pack: RulePack) -> dict[str, Any]:
    content = pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for region in content.get("regions", {}).values():
        del region["names"]  # what a file may call it is no rule
    return {section: value for section, value in content.items() if section not in _NO_RULES}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What is shown as one rule: a limit, a list, a figure, or a few figures together."""
    if isinstance(value, dict) and "default" not in value and not _together(value, path):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    elif value not in ({}, []):
        yield path, value


def _together(value: dict[str, Any], path: str) -> bool:
    if path.startswith("regions."):
        return True
    return "." in path and not any(isinstance(part, dict) or _deeds(part) for part in value.values())


def _deeds(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value)


def _default(value: Any, say: Say) -> str:
    return _text(value["default"] if isinstance(value, dict) and "default" in value else value, say)


def _more(value: Any, say: Say) -> str:
    """What a limit says beside its figures."""
    if not isinstance(value, dict) or "default" not in value:
        return ""
    return _text({key: part for key, part in value.items() if key not in ("hard", "default")}, say)


def _text(value: Any, say: Say) -> str:
    match value:
        case None:
            return ""
        case bool():
            return say("yes" if value else "no")
        case dict():
            return say(", ").join(
                _text(part, say) if key == "do" else f"{say(key)} {_text(part, say)}".strip()
                for key, part in value.items()
                if part not in (None, {}, [])
            )
        case [str() as start, str() as end] if ":" in start and ":" in end:
            return f"{start}-{end}"
        case [dict(), *_]:
            return say("; ").join(_text(part, say) for part in value)
        case list():
            return say(", ").join(_text(part, say) for part in value)
        case _:
            return say(value) if isinstance(value, str) else json.dumps(value)
