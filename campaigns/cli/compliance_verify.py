"""Verifying the log of decisions, and sealing it anew."""

from __future__ import annotations

import re

from rich.console import Console

from campaigns.compliance.audit import Broken, Fault
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.words import label
from campaigns.errors import ConflictError, SettingsError
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.verify import Verified, verify

_NOTED = re.compile(r"(\d+):([0-9a-f]{64})")


def verify_log(settings: Settings, database: Database, noted: str | None) -> bool:
    """Print what was found; whether all holds. Raises SettingsError when ``noted`` cannot be read."""
    head = None
    if noted is not None:
        match = _NOTED.fullmatch(noted.strip().lower())
        if match is None:
            raise SettingsError("a noted head is written ID:LINK, as 'compliance verify' printed it")
        head = (int(match[1]), match[2])
    console = Console(highlight=False)
    with console.status("…") as status:
        found = verify(
            database,
            LogSeal(settings.permit_key()),
            noted=head,
            progress=lambda records: status.update(f"{records:,}"),
        )
    _print(console, found, settings.language)
    return found.broken is None


def _print(console: Console, found: Verified, language: str) -> None:
    def word(key: str) -> str:
        return label(key, language)

    if found.broken is None:
        console.print(word("verified"), style="bold green")
    else:
        console.print(f"{word('broken')}: {_where(found.broken, language)}", style="bold red", soft_wrap=True)
    records = found.records + found.older
    console.print(
        f"{word('records')}: {records:,} ({records / max(found.seconds, 1e-6):,.0f} {word('rate')})"
    )
    for key, count in (("older", found.older), ("deleted_in_time", found.deleted)):
        if count:
            console.print(f"{word(key)}: {count:,}")
    if found.broken is None:
        console.print(f"{word('head')}: {found.last_id}:{found.link}", soft_wrap=True)


def _where(broken: Broken, language: str) -> str:
    thing = label("of_attempt" if broken.fault is Fault.ATTEMPT else "of_record", language)
    ids = f"{broken.first}" if broken.first == broken.last else f"{broken.first}-{broken.last}"
    return f"{thing} {ids}: {label(f'fault.{broken.fault}', language)}"


def reseal_log(settings: Settings, database: Database, reason: str) -> None:
    """Seal the log with the present key. Raises ConflictError when it is sealed, or its links do not hold."""
    from campaigns.clock import SystemClock
    from campaigns.store.resealing import reseal

    found = reseal(database, LogSeal(settings.permit_key()), SystemClock().now(), reason)
    if found is None:
        raise ConflictError("the log is sealed by the present key; there is nothing to do")
    if found.broken is not None and found.broken.fault is not Fault.SEAL:
        raise ConflictError(
            f"the log cannot be sealed: {_where(found.broken, settings.language)}; restore it from a backup"
        )
    Console(highlight=False).print(f"{label('head', settings.language)}: {found.last_id}:{found.link}")
