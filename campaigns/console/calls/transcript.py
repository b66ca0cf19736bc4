"""What was said in a call, as a page shows it: aligned with its sound, and safe to read.

Who may not see personal data reads none of the words: what a customer says may hold anything, of themselves
or of others, that no list of names and numbers would find. Of the bot's sentences they read the prompt as it
is written, with its places left open; of the customer's what they were taken to mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.dialogue.prompts import PromptBook
from bot.recording.aligning import placed
from bot.recording.contents import Note, lines
from bot.transcript import Entry
from campaigns.private import Private, PrivateKind

UNSURE: Final = 0.5
_PLACE: Final = re.compile(r"\{\{.*?\}\}")
_OTHERWISE: Final = re.compile(r"\{%-?\s*(?:else|elif)\b.*?%\}")
_CODE: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}")


@dataclass(frozen=True, slots=True)
class Named:
    """Something that the customer named. Only its ``kind`` tells nothing of them."""

    kind: str
    text: Private
    value: Private


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a transcript, in seconds from the answer.

    ``open_text``: what may be read by anybody, empty where there is no such thing. ``seq``: its number in the
    log.
    """

    seq: int
    at_s: float
    until_s: float | None
    speaker: str
    text: Private
    open_text: str
    prompt: str | None
    step: str | None
    played: bool
    heard: Private | None
    intent: str | None
    confidence: float | None
    named: tuple[Named, ...]
    stop_words: tuple[str, ...]
    stand_in: str | None
    event: str | None
    prompts: tuple[str, ...]

    @property
    def understood(self) -> bool:
        """An utterance that was taken to mean something: one that may have been misunderstood."""
        return self.speaker == "customer" and self.intent is not None

    @property
    def unsure(self) -> bool:
        return self.confidence is not None and self.confidence < UNSURE


def transcript(
    log: Sequence[tuple[int, Entry]],
    answered_at: datetime,
    notes: Sequence[Note],
    prompts: PromptBook,
    key: str,
) -> list[Said]:
    """The lines of a call in the order of time. ``notes``: of its recording, that tell when what was said."""
    aligned = placed(lines([entry for _, entry in log], answered_at), notes)
    said = [
        _said(seq, entry, line.at_s, line.until_s, prompts, key)
        for (seq, entry), line in zip(log, aligned, strict=True)
    ]
    return sorted(said, key=lambda each: each.at_s)


def _said(seq: int, entry: Entry, at_s: float, until_s: float | None, prompts: PromptBook, key: str) -> Said:
    def private(text: str) -> Private:
        return Private(PrivateKind.TEXT, text, key)

    return Said(
        seq=seq,
        at_s=max(at_s, 0.0),
        until_s=until_s,
        speaker=entry.speaker,
        text=private(entry.text),
        open_text=open_text(entry.prompt, prompts),
        prompt=entry.prompt,
        step=entry.step,
        played=entry.played,
        heard=None if entry.heard is None else private(entry.heard),
        intent=entry.intent,
        confidence=entry.confidence,
        named=tuple(
            Named(each.kind, private(each.text), private(_plain(each.kind, each.value)))
            for each in entry.entities
        ),
        stop_words=entry.stop_words,
        stand_in=entry.stand_in,
        event=entry.event,
        prompts=entry.prompts,
    )


def _plain(kind: str, value: object) -> str:
    """As people read it: money in units, not in hundredths."""
    return f"{value / 100:,.2f}" if kind == "amount" and isinstance(value, int) else str(value)


def open_text(prompt: str | None, prompts: PromptBook) -> str:
    """A prompt as it is written, its places open; empty where this version has it no more."""
    if prompt is None or prompt not in prompts:
        return ""
    either = _OTHERWISE.sub(" / ", prompts[prompt].sources[0])
    return _PLACE.sub("〔…〕", _CODE.sub("", either)).strip()


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that the call went through, from the line ``seq`` on."""

    step: str
    seq: int
    at_s: float


def path_of(said: Iterable[Said]) -> list[Passed]:
    """The way through the flow: each step as it was come to."""
    path: list[Passed] = []
    for line in said:
        if line.speaker == "bot" and line.step and (not path or path[-1].step != line.step):
            path.append(Passed(line.step, line.seq, line.at_s))
    return path
