"""Keeping records in time."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.compliance.words import label
from campaigns.dialing.timing import ledger_now
from campaigns.errors import ConflictError
from campaigns.recordings import open_recordings
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.retention import Tally, survey
from campaigns.store.sweeping import Sweeper
from campaigns.store.verify import verify


def keep_or_delete(settings: Settings, database: Database, *, apply: bool, as_json: bool) -> None:
    """Print how records stand, and with ``apply`` delete what is past its time.

    Raises ConflictError when the log of decisions does not hold: what could prove a change is not deleted.
    """
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        now = ledger_now(settings, session)
    tallies = survey(database, pack, now)
    deleted: dict[str, int] = {}
    if apply:
        log = LogSeal(settings.permit_key())
        if verify(database, log).broken is not None:
            raise ConflictError(
                "the log of decisions is broken, and nothing is deleted; see 'xiaorong compliance verify'"
            )
        with open_recordings(settings) as shelf:
            swept = Sweeper(database, pack, log, shelf, now).sweep()
        deleted = {str(kind): count for kind, count in swept.items()}
    if as_json:
        print(json.dumps(_data(tallies, deleted, pack.label), indent=2))  # noqa: T201
    else:
        _print(tallies, deleted, settings, apply=apply)


def _data(tallies: list[Tally], deleted: dict[str, int], pack: str) -> dict[str, object]:
    return {
        "pack": pack,
        "kinds": [
            {
                "kind": tally.kind,
                "kept": tally.kept,
                "held": tally.held,
                "due": tally.due,
                "oldest": tally.oldest.isoformat() if tally.oldest else None,
                "deleted": deleted.get(tally.kind, 0),
            }
            for tally in tallies
        ],
    }


def _print(tallies: list[Tally], deleted: dict[str, int], settings: Settings, *, apply: bool) -> None:
    def word(key: str) -> str:
        return label(key, settings.language)

    heads = ["kind", "kept", "held", "due", "oldest", *(["deleted"] if apply else [])]
    table = Table(*(word(head) for head in heads))
    for tally in tallies:
        oldest = f"{tally.oldest.astimezone(settings.zone):%Y-%m-%d}" if tally.oldest else ""
        counts = [f"{count:,}" for count in (tally.kept, tally.held, tally.due)]
        gone = [f"{deleted.get(tally.kind, 0):,}"] if apply else []
        table.add_row(word("log" if tally.kind == "decisions" else tally.kind), *counts, oldest, *gone)
    console = Console(highlight=False)
    console.print(table)
    if not apply:
        console.print(word("dry"), style="dim")
