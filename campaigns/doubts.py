"""Utterances on record that somebody should look at: each once, with names and numbers replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import yaml

from bot.dialogue.speech import Speech
from bot.nlu.normalize import normalize
from bot.simulation.anonymous import Anonymiser
from campaigns.dialing.briefing import brief_from
from campaigns.store.unsure import UnsureTurn


@dataclass(frozen=True, slots=True)
class Doubt:
    """One line of the file that is labelled: ``label`` is empty until a person has said what was meant."""

    text: str
    label: str
    understood: str
    confidence: float
    asked: str
    step: str
    times: int
    call: int
    stand_in: str


def doubts(turns: Iterable[UnsureTurn], speech: Speech, most: int) -> tuple[list[Doubt], int]:
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


def as_yaml(found: Sequence[Doubt]) -> str:
    """The file, as ``xiaorong nlu review --take`` reads it."""
    return yaml.safe_dump([asdict(each) for each in found], allow_unicode=True, sort_keys=False, width=1000)
