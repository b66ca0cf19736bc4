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
    line: int


def load_training_data(path: Path) -> tuple[Example, ...]:
    """The examples of ``path``, in order.

    Raises DataFileError with the line of an example that is malformed, empty, or stands twice (in one intent or two).
    """
    content = load_model(path, _File)
    examples: list[Example] = []
    seen: dict[str, Example] = {}
    for index, block in enumerate(content.nlu):
        first = line_of(path, "nlu", index, "examples") + 1
        for offset, line in enumerate(block.examples.splitlines()):
            if not line.strip():
                continue
            example = _example(path, line, block.intent, first + offset)
            normal = normalize(example.text).compact
            if not normal:
                raise DataFileError(
                    str(path), "the example holds no word", line=example.line, key=block.intent
                )
            if normal in seen:
                other = seen[normal]
                where = f"{other.intent}, line {other.line}"
                raise DataFileError(
                    str(path), f"stands twice (also in {where})", line=example.line, key=block.intent
                )
            seen[normal] = example
            examples.append(example)
    if len({example.intent for example in examples}) < 2:
        raise DataFileError(str(path), "examples of at least two intents are needed", key="nlu")
    return tuple(examples)


def _example(path: Path, line: str, intent: str, number: int) -> Example:
    text = line.strip()
    if not text.startswith("- "):
        raise DataFileError(str(path), 'an example begins with "- "', line=number, key=intent)
    text = _ANNOTATION.sub(lambda match: match["text"], text[2:].strip())
    if any(mark in text for mark in "[]{}"):
        raise DataFileError(str(path), "an annotation is [text](entity)", line=number, key=intent)
    return Example(text, intent, number)
