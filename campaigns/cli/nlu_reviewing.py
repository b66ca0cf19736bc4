"""From utterances that were not understood to examples: a file to label, and taking it back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bot.datafile import read_yaml
from bot.dialogue.speech import Speech
from bot.errors import DataFileError
from bot.language import language_dir
from bot.nlu.normalize import normalize
from bot.nlu.teaching import lesson, teach
from bot.nlu.training_data import Example
from bot.simulation.anonymous import Anonymiser
from campaigns.dialing.briefing import brief_from
from campaigns.errors import SettingsError
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.unsure import UnsureTurn, stood_in, unsure_turns

SHOWN = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one


@dataclass(frozen=True, slots=True)
class Doubt:
    """One line of the file: ``label`` is empty until a person writes the intent there or in the console."""

    text: str
    label: str
    understood: str
    confidence: float
    asked: str
    step: str
    times: int
    call: int
    stand_in: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which utterances: below a confidence, of a campaign, since a time, at most so many different ones."""

    below: float
    campaign: str | None
    since: datetime | None
    most: int


def list_doubts(settings: Settings, database: Database, wanted: Wanted, out: Path | None) -> None:
    """Print what was not understood, masked, or write it to a CSV or YAML file. Raises SettingsError."""
    console = Console(highlight=False)
    speech = Speech.load(language_dir(settings.language))
    with database.transaction() as session:
        turns = unsure_turns(session, wanted.below, campaign=wanted.campaign, since=wanted.since)
        doubts, unmasked = _doubts(turns, speech, wanted.most)
        stand_ins = stood_in(session, wanted.since)
    if stand_ins:
        console.print(f"{stand_ins:,} utterances were understood by the model that stands in for Rasa.")
    if unmasked:
        console.print(f"{unmasked:,} are left out: their calls do not say whom to mask.")
    if not doubts:
        console.print("Nothing on record was understood with less confidence.")
    elif out is None:
        console.print(_table(doubts[:SHOWN]))
        console.print(
            f"{len(doubts):,} different utterances. Write them to a file to label: --out review.csv"
        )
    else:
        _write(out, doubts)
        console.print(
            f"{len(doubts):,} different utterances: {out}. Names and numbers are replaced, but what "
            "customers told of others is not known for a name: read it before you pass it on. Write the "
            "right intent into 'label' where an utterance is worth learning, then: "
            f"xiaorong nlu review --take {out}",
            soft_wrap=True,
        )


def take_labels(settings: Settings, path: Path, into: Path | None, *, apply: bool) -> None:
    """Show what the labels of ``path`` would add to the examples; with ``apply``, add it.

    Raises DataFileError, SettingsError.
    """
    console = Console(highlight=False)
    examples = into or language_dir(settings.language) / "nlu.yml"
    labelled = [Example(doubt_text, label) for doubt_text, label in _labels(path)]
    taught = lesson(examples, labelled)
    for example in taught.new:
        console.print(f"  {example.intent:<22} {example.text}", markup=False)
    for example, there in taught.contrary:
        console.print(
            f"  left out: {example.text} is {example.intent}, and an example of {there}", markup=False
        )
    console.print(f"{len(taught.new)} new examples, {len(taught.known)} known already.")
    if not apply:
        console.print(f"Nothing was written. Add them to {examples} with --apply.", soft_wrap=True)
        return
    try:
        teach(examples, taught)
    except OSError as error:
        raise SettingsError(f"{examples} cannot be written: {error}") from error
    console.print(
        f"Written to {examples}. Next: xiaorong nlu train, xiaorong nlu evaluate and xiaorong dialogue test",
        soft_wrap=True,
    )


def _doubts(turns: Iterable[UnsureTurn], speech: Speech, most: int) -> tuple[list[Doubt], int]:
    """Each utterance once, masked, labelled and frequent ones first; and how many could not be masked."""
    found: dict[str, Doubt] = {}
    unmasked = 0
    for turn in turns:
        entry = turn.entry
        if turn.brief is None:
            unmasked += 1
            continue
        text = Anonymiser(brief_from(turn.brief), speech).text(entry.text, entry.entities)
        normal = normalize(text).compact
        if not normal:
            continue  # sound without a word
        if normal in found:
            known = found[normal]
            found[normal] = replace(known, times=known.times + 1, label=known.label or turn.label)
            continue
        found[normal] = Doubt(
            text=text,
            label=turn.label,
            understood=entry.intent or "",
            confidence=round(entry.confidence or 0.0, 2),
            asked=turn.asked,
            step=entry.step or "",
            times=1,
            call=turn.call_id,
            stand_in=entry.stand_in or "",
        )
    ordered = sorted(found.values(), key=lambda doubt: (not doubt.label, -doubt.times, doubt.confidence))
    return ordered[:most], unmasked


def _table(doubts: Sequence[Doubt]) -> Table:
    table = Table("said", "taken for", "sure", "asked", "times", "call")
    for doubt in doubts:
        sure = f"{doubt.confidence:.2f}" + (f" ({doubt.stand_in})" if doubt.stand_in else "")
        table.add_row(doubt.text, doubt.understood, sure, doubt.asked, str(doubt.times), str(doubt.call))
    return table


def _write(path: Path, doubts: Sequence[Doubt]) -> None:
    rows: list[dict[str, Any]] = [asdict(doubt) for doubt in doubts]
    try:
        if path.suffix in (".yml", ".yaml"):
            text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=1000)
            path.write_text(text, encoding="utf-8")
            return
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Doubt)])
            writer.writeheader()
            writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error


def _inert(value: Any) -> Any:
    """What was said is text to a spreadsheet, never a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _labels(path: Path) -> Iterator[tuple[str, str]]:
    """Text and label of each line that has one. Raises DataFileError."""
    for number, row in enumerate(_rows(path), start=2):
        try:
            text, label = str(row["text"]).strip().removeprefix("'"), str(row["label"] or "").strip()
        except (KeyError, TypeError) as error:
            raise DataFileError(str(path), "each row has a text and a label", line=number) from error
        if label:
            yield text, label


def _rows(path: Path) -> list[Any]:
    if path.suffix in (".yml", ".yaml"):
        rows = read_yaml(path)
        return rows if isinstance(rows, list) else [rows]
    for encoding in ("utf-8-sig", "gb18030"):  # what a spreadsheet in China makes of it
        try:
            with path.open(encoding=encoding, newline="") as file:
                return list(csv.DictReader(file))
        except UnicodeDecodeError:
            continue
        except (OSError, csv.Error) as error:
            raise DataFileError(str(path), f"cannot be read: {error}") from error
    raise DataFileError(str(path), "is neither UTF-8 nor GB 18030")
