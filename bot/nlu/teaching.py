"""Putting labelled utterances among the examples of a language, without touching what else is in the file."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.datafile import lines_of, read_yaml
from bot.errors import DataFileError
from bot.nlu.normalize import normalize
from bot.nlu.training_data import Example, load_training_data


@dataclass(frozen=True, slots=True)
class Lesson:
    """What labelled utterances come to: ``text`` is the file with ``new`` in it.

    ``known`` stand there already under the same intent; ``contrary`` under another, which is given.
    """

    text: str
    new: tuple[Example, ...]
    known: tuple[Example, ...]
    contrary: tuple[tuple[Example, str], ...]


def lesson(path: Path, labelled: Sequence[Example]) -> Lesson:
    """Work out where ``labelled`` belong in ``path``; nothing is written.

    Raises DataFileError when the file is wrong, or a label is no intent of it.
    """
    present = {normalize(each.text).compact: each.intent for each in load_training_data(path)}
    ends = _ends(path)
    new: list[Example] = []
    known: list[Example] = []
    contrary: list[tuple[Example, str]] = []
    for example in labelled:
        normal = normalize(example.text).compact
        if example.intent not in ends:
            raise DataFileError(str(path), f"there is no intent {example.intent!r} for {example.text!r}")
        if not normal or any(mark in example.text for mark in "[]{}\n"):
            raise DataFileError(str(path), f"{example.text!r} cannot be an example")
        there = present.setdefault(normal, "")
        if not there:
            present[normal] = example.intent
            new.append(example)
        elif there == example.intent:
            known.append(example)
        else:
            contrary.append((example, there))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    wanted: defaultdict[int, list[str]] = defaultdict(list)
    for example in new:
        at, indent = ends[example.intent]
        wanted[at].append(f"{indent}- {example.text.strip()}\n")
    for at in sorted(wanted, reverse=True):
        if not lines[at - 1].endswith("\n"):
            lines[at - 1] += "\n"
        lines[at:at] = wanted[at]
    return Lesson("".join(lines), tuple(new), tuple(known), tuple(contrary))


def teach(path: Path, taught: Lesson) -> None:
    """Write the file, all or nothing, after it was read back. Raises DataFileError, OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(taught.text)
        load_training_data(Path(name))
        os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _ends(path: Path) -> dict[str, tuple[int, str]]:
    """After which line (from 1) the examples of each intent end, and how they are indented."""
    lines = path.read_text(encoding="utf-8").splitlines()
    ends: dict[str, tuple[int, str]] = {}
    line_of = lines_of(path)
    for index, block in enumerate(read_yaml(path)["nlu"]):
        first = line_of("nlu", index, "examples")
        last = first + len(block["examples"].rstrip("\n").splitlines())
        indent = lines[last - 1][: len(lines[last - 1]) - len(lines[last - 1].lstrip())]
        ends.setdefault(block["intent"], (last, indent))
    return ends
