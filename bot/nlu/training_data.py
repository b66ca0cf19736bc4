"""Training examples in Rasa's 3.1 format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.datafile import line_of, load_model
from bot.errors import DataFileError
from bot.nlu.normalize import normalize

_ANNOTATION = re.compile(r"\[(?P<text>[^\]\[]+)\](?:\((?P<entity>[^()]+)\)|\{[^{}]*\})")


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid")
    intent: str
    examples: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Literal["3.1"]
    nlu: list[_Block]


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance as it was written, without annotations, and its intent."""

    text: str
    intent: str


def load_training_data(path: Path) -> tuple[Example, ...]:
    """The examples of ``path``, in order.

    Raises DataFileError with the line of an example that is malformed, holds no word, or stands twice.
    """
    content = load_model(path, _File)
    examples: list[Example] = []
    seen: dict[str, tuple[str, int, int]] = {}
    for index, block in enumerate(content.nlu):
        for offset, line in enumerate(block.examples.splitlines()):
            if not line.strip():
                continue
            text = _text(path, line, block.intent, index, offset)
            normal = normalize(text).compact
            if not normal:
                raise _error(path, "the example holds no word", block.intent, index, offset)
            if normal in seen:
                other, *place = seen[normal]
                where = f"also in {other}, line {_line(path, *place)}"
                raise _error(path, f"stands twice ({where})", block.intent, index, offset)
            seen[normal] = (block.intent, index, offset)
            examples.append(Example(text, block.intent))
    if len({example.intent for example in examples}) < 2:
        raise DataFileError(str(path), "examples of at least two intents are needed", key="nlu")
    return tuple(examples)


def _text(path: Path, line: str, intent: str, index: int, offset: int) -> str:
    written = line.strip()
    if not written.startswith("- "):
        raise _error(path, 'an example begins with "- "', intent, index, offset)
    text = _ANNOTATION.sub(lambda match: match["text"], written[2:].strip())
    if any(mark in text for mark in "[]{}"):
        raise _error(path, "an annotation is [text](entity)", intent, index, offset)
    return text


def _error(path: Path, message: str, intent: str, index: int, offset: int) -> DataFileError:
    return DataFileError(str(path), message, line=_line(path, index, offset), key=intent)


def _line(path: Path, index: int, offset: int) -> int:
    """The line of an example: its block begins below the key ``examples``. Reads the file once more."""
    return line_of(path, "nlu", index, "examples") + 1 + offset
