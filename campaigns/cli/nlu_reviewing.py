"""From utterances that were not understood to examples: a file to label, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.nlu.teaching import lesson, teach
from bot.nlu.training_data import Example
from campaigns.cli.nlu_labels import read_labels, write_doubts
from campaigns.doubts import Doubt, doubts
from campaigns.errors import SettingsError
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.unsure import stood_in, unsure_turns
from campaigns.tables import Table

SHOWN = 20


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
        found, unmasked = doubts(turns, speech, wanted.most)
        stand_ins = stood_in(session, wanted.since)
    if stand_ins:
        console.print(f"{stand_ins:,} utterances were understood by the model that stands in for Rasa.")
    if unmasked:
        console.print(f"{unmasked:,} are left out: their calls do not say whom to mask.")
    if not found:
        console.print("Nothing on record was understood with less confidence.")
    elif out is None:
        console.print(_table(found[:SHOWN]))
        console.print(f"{len(found):,} different utterances. Write them to a file to label: --out review.csv")
    else:
        write_doubts(out, found)
        console.print(
            f"{len(found):,} different utterances: {out}. Names and numbers are replaced, but what "
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
    labelled = [Example(doubt_text, label) for doubt_text, label in read_labels(path)]
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


def _table(doubts: Sequence[Doubt]) -> Table:
    table = Table("said", "taken for", "sure", "asked", "times", "call")
    for doubt in doubts:
        sure = f"{doubt.confidence:.2f}" + (f" ({doubt.stand_in})" if doubt.stand_in else "")
        table.add_row(doubt.text, doubt.understood, sure, doubt.asked, str(doubt.times), str(doubt.call))
    return table
