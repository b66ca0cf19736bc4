"""The rules in force, with their sources."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Column

from campaigns.clock import SystemClock
from campaigns.compliance.effective import EffectivePack, effective, load_effective
from campaigns.compliance.pack import RulePack, load_pack, pack_names
from campaigns.compliance.rulebook import Row, rows
from campaigns.compliance.sources import Seen
from campaigns.compliance.words import label
from campaigns.errors import NotInitialisedError
from campaigns.settings import load_settings
from campaigns.tables import Table


def show_rules(home: Path, name: str | None, *, as_json: bool) -> None:
    """Print the rules of the installation, or of the pack ``name`` without any house's overrides.

    Raises DataFileError, and NotInitialisedError where neither is there.
    """
    language = "zh"
    try:
        settings = load_settings(home)
    except NotInitialisedError:
        if name is None:
            raise
    else:
        language = settings.language
    if name is None:
        shipped = load_pack(settings.rule_pack)
        pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    else:
        shipped = load_pack(name)
        pack = effective(shipped)
    found = list(rows(shipped, pack.rules))
    if as_json:
        print(json.dumps(_data(pack, found), ensure_ascii=False, indent=2))  # noqa: T201
    else:
        _print(pack, found, language)


def _data(pack: EffectivePack, found: list[Row]) -> dict[str, object]:
    return {
        "pack": pack.label,
        "digest": pack.digest,
        "rules": [
            {
                "rule": row.rule,
                "hard": row.hard,
                "default": row.default,
                "in_force": row.in_force,
                "sources": list(row.sources),
                "note": row.note,
            }
            for row in found
        ],
        "sources": {
            name: source.model_dump(mode="json", exclude_defaults=True)
            for name, source in pack.rules.sources.items()
        },
    }


def _print(pack: EffectivePack, found: list[Row], language: str) -> None:
    def word(key: str) -> str:
        return label(key, language)

    console = Console(highlight=False)
    # Keys have no spaces to break at, and would leave the other columns a letter each.
    rule = Column(word("rule"), overflow="fold", max_width=max(16, console.width // 3))
    table = Table(rule, title=f"{word('pack')} {pack.label}")
    changed = any(row.changed for row in found)
    for key in ("hard", *(("default",) if changed else ()), "in_force", "source", "note"):
        table.add_column(word(key))
    for row in found:
        mark = "*" if row.changed else ""
        shipped = (row.default,) if changed else ()
        table.add_row(row.rule, row.hard, *shipped, row.in_force + mark, ", ".join(row.sources), row.note)
    console.print(table)
    end = pack.calendar_end(SystemClock().now().date())
    if end is not None:
        console.print(f"{word('holidays_end')} {end.last} ({end.days_left})")
    if changed:
        console.print(word("overridden"))
    _print_sources(console, pack.rules, language)
    console.print(f"{word('packs')}: {', '.join(pack_names())}")


def _print_sources(console: Console, pack: RulePack, language: str) -> None:
    table = Table(*(label(key, language) for key in ("source", "sources", "seen", "confirm")))
    for name, source in pack.sources.items():
        if source.seen is not Seen.HOUSE:
            table.add_row(
                name,
                f"{source.title}\n{source.clause}".strip(),
                label(f"seen.{source.seen}", language),
                source.confirm,
            )
    console.print(table)
