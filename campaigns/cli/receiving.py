"""Receiving simulated calls on the command line, and reporting those that came in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from rich.console import Console
from rich.text import Text

from campaigns.dialing.assembly import open_reception
from campaigns.dialing.events import CameIn, EndedIn, ReceptionEvent, SaidIn
from campaigns.dialing.timing import SIMULATED, choose_clock
from campaigns.errors import ConflictError, SettingsError
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.inbound_report import inbound_table, write_inbound
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.inbound import inbound_calls, inbound_rows, own_numbers
from telephony.numbers import is_e164

BETWEEN_CALLS_S = 40.0  # on average; calls overlap


def simulate_calls(settings: Settings, database: Database, from_number: str | None, customers: int) -> None:
    """Let customers call and print what came of it. Raises ConflictError, ClockError, LineError."""
    if settings.line != SIMULATED:
        raise ConflictError(f"calls are simulated on the simulated line only; this one is {settings.line!r}")
    console = Console(highlight=False)
    clock = choose_clock(settings, database, real_time=False)
    since = clock.now()
    callers = _callers(settings, database, from_number, customers, since.isoformat())
    listener = _Transcript(console) if from_number is not None else _ignore
    with open_reception(settings, database, clock, callers, listener) as (reception, inbound):
        asyncio.run(reception.serve(inbound))
    with database.transaction() as session:
        rows = inbound_rows(session, shipped_dispositions().not_connected(), since)
    console.print(inbound_table(rows, settings.language))
    if reception.failed:
        raise ConflictError(f"{reception.failed} calls failed; nothing of them is on record")
    console.print("All calls so far: xiaorong inbound report")


def _callers(
    settings: Settings, database: Database, from_number: str | None, customers: int, when: str
) -> list[dict[str, object]]:
    """Who calls and after how many seconds: other customers at another time, the same at the same."""
    if from_number is not None:
        if not is_e164(from_number):
            raise ConflictError(f"{from_number!r} is no number such as +8613812345678")
        return [{"number": from_number}]
    with database.transaction() as session:
        numbers = own_numbers(session)
    if not numbers:
        raise ConflictError("there is no customer to call in; see 'xiaorong customers import'")
    chance = Random(f"{settings.seed}|{when}|inbound")
    chosen = chance.sample(numbers, min(customers, len(numbers)))
    after_s, callers = 0.0, []
    for number in chosen:
        callers.append({"number": number, "after_s": round(after_s, 1)})
        after_s += chance.expovariate(1 / BETWEEN_CALLS_S)
    return callers


def report_calls(settings: Settings, database: Database, csv: Path | None) -> None:
    """Print all calls that came in; write the file that was asked for. Raises SettingsError."""
    console = Console()
    with database.transaction() as session:
        rows = inbound_rows(session, shipped_dispositions().not_connected())
        console.print(inbound_table(rows, settings.language))
        if csv is not None:
            try:
                count = write_inbound(inbound_calls(session, settings.zone), csv)
            except OSError as error:
                raise SettingsError(f"the report cannot be written: {error}") from error
            console.print(f"Wrote {count:,} calls to {csv}", soft_wrap=True)


class _Transcript:
    """Prints what is said."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: ReceptionEvent) -> None:
        match event:
            case CameIn(known=known):
                who = "a customer's number" if known else "a number that tells nothing of the caller"
                self._console.print(f"[dim]A call comes in from {who}.[/dim]")
            case SaidIn(entry=entry) if entry.speaker in ("bot", "customer"):
                name, style = ("小融", "bold cyan") if entry.speaker == "bot" else ("客户", "bold")
                self._console.print(Text.assemble((f"{name}  ", style), entry.text), soft_wrap=True)
            case EndedIn(disposition=disposition, call_id=call_id):
                self._console.print(f"[dim]The call ends: {disposition}. On record as call {call_id}.[/dim]")
            case _:
                pass


def _ignore(_event: ReceptionEvent) -> None:
    pass
