"""Reading examples of anybody's Rasa project: more forms than our own files may have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.datafile import load_model, read_yaml
from bot.errors import DataFileError
from bot.nlu.normalize import normalize
from bot.nlu.training_data import Example

_ANNOTATION = re.compile(r"\[(?P<text>[^\]\[]+)\](?:\([^()]+\)|\{[^{}]*\})")


class _TextExample(BaseModel):
    text: str


class _Block(BaseModel):
    """An intent; or a synonym, a regex or a lookup table, which hold no example."""

    intent: str | None = None
    examples: str | list[_TextExample] = ""


class _File(BaseModel):
    nlu: list[_Block]


def load_rasa_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a Rasa ``nlu.yml``, or of all such files in a folder, each text once.

    Annotations are taken off; what is no intent is passed over. A text with two intents counts as the first.
    Raises DataFileError.
    """
    files = sorted(path.rglob("*.yml")) + sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    seen: set[str] = set()
    examples: list[Example] = []
    for file in files:
        if path.is_dir() and not _holds_examples(read_yaml(file)):
            continue
        for block in load_model(file, _File).nlu:
            for text in _texts(block):
                normal = normalize(text).compact
                if block.intent is not None and normal and normal not in seen:
                    seen.add(normal)
                    examples.append(Example(text, block.intent))
    if len({example.intent for example in examples}) < 2:
        raise DataFileError(str(path), "examples of at least two intents are needed", key="nlu")
    return tuple(examples)


def _holds_examples(content: Any) -> bool:
    return isinstance(content, dict) and "nlu" in content


def _texts(block: _Block) -> Iterator[str]:
    parts = [block.examples] if isinstance(block.examples, str) else [one.text for one in block.examples]
    for part in parts:
        for line in part.splitlines():
            text = line.strip().removeprefix("-").strip()
            if text:
                yield _ANNOTATION.sub(lambda match: match["text"], text)
