"""What a recording holds beside the sound: what call it is of, what was said, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from bot.audio.pcm import RATE
from bot.transcript import Entry, Event, Speaker

CHANNELS: Final = ("customer", "bot")
"""Left and right."""


@dataclass(frozen=True, slots=True)
class Head:
    """What call it is; ``answered_at`` is the time of its first sample."""

    call: str
    answered_at: datetime
    rate: int = RATE
    channels: tuple[str, ...] = CHANNELS


@dataclass(frozen=True, slots=True)
class Note:
    """One event, at a sample."""

    name: str
    at: int
    data: dict[str, JsonValue] = field(default_factory=dict)

    @property
    def at_s(self) -> float:
        return round(self.at / RATE, 3)


@dataclass(frozen=True, slots=True)
class Named:
    """Something that the customer named, as it was said and as it was taken."""

    kind: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the transcript (see ``bot.transcript.Entry``), in seconds from the first sample."""

    at_s: float
    speaker: Speaker
    until_s: float | None = None
    text: str = ""
    prompt: str | None = None
    step: str | None = None
    played: bool = True
    heard: str | None = None
    intent: str | None = None
    confidence: float | None = None
    entities: tuple[Named, ...] = ()
    stop_words: tuple[str, ...] = ()
    event: Event | None = None
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a recording. ``lost`` samples of the bot were placed or cut too late, or too far ahead."""

    samples: int
    lost: int = 0
    lines: tuple[Line, ...] = ()


def lines(entries: Sequence[Entry], answered_at: datetime) -> tuple[Line, ...]:
    """The transcript of a call that was answered then."""
    return tuple(
        Line(
            at_s=_seconds(entry.at, answered_at),
            until_s=None if entry.until is None else _seconds(entry.until, answered_at),
            speaker=entry.speaker,
            text=entry.text,
            prompt=entry.prompt,
            step=entry.step,
            played=entry.played,
            heard=entry.heard,
            intent=entry.intent,
            confidence=None if entry.confidence is None else round(entry.confidence, 3),
            entities=tuple(Named(named.kind, named.text, str(named.value)) for named in entry.entities),
            stop_words=entry.stop_words,
            event=entry.event,
            prompts=entry.prompts,
        )
        for entry in entries
    )


def _seconds(moment: datetime, answered_at: datetime) -> float:
    return round((moment - answered_at).total_seconds(), 3)


_Content = TypeVar("_Content")


class Form(Generic[_Content]):
    """One kind of content as JSON."""

    def __init__(self, adapter: TypeAdapter[_Content]) -> None:
        self._adapter = adapter

    def pack(self, content: _Content) -> bytes:
        return self._adapter.dump_json(content)

    def unpack(self, body: bytes) -> _Content:
        """Raises ValueError."""
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            # The message of the error would show what was said.
            raise ValueError("a chunk holds something else than it should") from error


HEAD, NOTES, ENDING = Form(TypeAdapter(Head)), Form(TypeAdapter(list[Note])), Form(TypeAdapter(Ending))
