"""Keeping records in time."""

from __future__ import annotations

import getpass
import json

from rich.console import Console

from campaigns.clock import SystemClock
from campaigns.compliance.effective import load_effective
from campaigns.compliance.keeping import WRITTEN, rule_of
from campaigns.compliance.words import label
from campaigns.dialing.timing import ledger_now
from campaigns.keeping import Keeping, keeping
from campaigns.settings import Settings
from campaigns.store.console.audit import Actor
from campaigns.store.database import Database
from campaigns.store.retention import Tally
from campaigns.tables import Table


def keep_or_delete(settings: Settings, database: Database, *, apply: bool, as_json: bool) -> None:
    """Print how records stand, and with ``apply`` delete what is past its time.

    Raises ConflictError when the log of decisions does not hold: what could prove a change is not deleted.
    """
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        now = ledger_now(settings, session)
    kept = keeping(settings, database, pack, ledger=now, real=SystemClock().now())
    tallies = kept.survey()
    deleted = kept.sweep(Actor(None, getpass.getuser(), "command")) if apply else {}
    if as_json:
        print(json.dumps(_data(kept, tallies, deleted, pack.label), indent=2))  # noqa: T201
    else:
        _print(kept, tallies, deleted, apply=apply)


def _data(kept: Keeping, tallies: list[Tally], deleted: dict[str, int], pack: str) -> dict[str, object]:
    return {
        "pack": pack,
        "kinds": [
            {
                "kind": tally.kind,
                "days": kept.periods.of(_period(tally.kind)).days,
                "kept": tally.kept,
                "held": tally.held,
                "due": tally.due,
                "oldest": tally.oldest.isoformat() if tally.oldest else None,
                "deleted": deleted.get(tally.kind, 0),
            }
            for tally in tallies
        ],
    }


def _period(kind: str) -> str:
    """The kind whose days hold for it."""
    return next((rule_of(written) for written in WRITTEN if written == kind), kind)


def _print(kept: Keeping, tallies: list[Tally], deleted: dict[str, int], *, apply: bool) -> None:
    settings = kept.settings

    def word(key: str) -> str:
        return label(key, settings.language)

    heads = ["kind", "days", "kept", "held", "due", "oldest", *(["deleted"] if apply else [])]
    table = Table(*(word(head) for head in heads))
    for tally in tallies:
        oldest = f"{tally.oldest.astimezone(settings.zone):%Y-%m-%d}" if tally.oldest else ""
        days = kept.periods.of(_period(tally.kind)).days
        counts = [f"{count:,}" for count in (days, tally.kept, tally.held, tally.due)]
        gone = [f"{deleted.get(tally.kind, 0):,}"] if apply else []
        table.add_row(word("log" if tally.kind == "decisions" else tally.kind), *counts, oldest, *gone)
    console = Console(highlight=False)
    console.print(table)
    if not apply:
        console.print(word("dry"), style="dim")
