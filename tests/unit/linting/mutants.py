"""Flows broken on purpose: a copy of the shipped language with one thing changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bot.datafile import read_yaml
from bot.dialogue.flow import load_flow
from bot.dialogue.lint.finding import Finding
from bot.dialogue.lint.linter import lint_flow, subject_of
from bot.dialogue.lint.places import Places
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir

COMMON, MESSAGE, DORMANT = "flows/common.yml", "flows/third-party-message.yml", "flows/dormant-offer.yml"
IDENTITY, ANYWHERE, OPENING = "flows/parts/identity.yml", "prompts/anywhere.yml", "prompts/opening.yml"
Change = Callable[[Any], object]


def copy_language(to: Path) -> Path:
    """The shipped language, to be changed."""
    return Path(shutil.copytree(language_dir("zh"), to / "zh"))


def change(folder: Path, file: str, how: Change) -> None:
    """Read a YAML file, change its content in place and write it back."""
    path = folder / file
    content = read_yaml(path)
    how(content)
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text(yaml.dump(content, Dumper=dumper, allow_unicode=True, sort_keys=False), encoding="utf-8")


def findings(folder: Path, flow: str) -> list[Finding]:
    """What the linter says of one flow."""
    prompts = _prompts(folder)
    loaded = load_flow(folder, flow, prompts)
    return lint_flow(subject_of(loaded, prompts, Vocabulary.load(folder), Places(folder)))


def _prompts(folder: Path) -> PromptBook:
    """Read once for all mutants that leave the prompts alone."""
    files = [*sorted((folder / "prompts").glob("*.yml")), folder / "speech.yml"]
    key = tuple(file.read_bytes() for file in files)
    if key not in _BOOKS:
        _BOOKS[key] = PromptBook.load(folder)
    return _BOOKS[key]


_BOOKS: dict[tuple[bytes, ...], PromptBook] = {}


def ids(folder: Path, flow: str) -> set[str]:
    return {finding.id for finding in findings(folder, flow)}


def step(name: str, **values: Any) -> Change:
    return lambda content: content["steps"][name].update(values)


def new_step(name: str, value: dict[str, Any]) -> Change:
    return lambda content: content["steps"].update({name: value})


def move(name: str, index: int, **values: Any) -> Change:
    return lambda content: content["steps"][name]["moves"][index].update(values)


def add_move(name: str, value: dict[str, Any], at: int = 0) -> Change:
    return lambda content: content["steps"][name]["moves"].insert(at, value)


def drop(section: str, name: str) -> Change:
    """Every move of a section of the common file that waits for ``name``."""

    def how(content: Any) -> None:
        content[section] = [
            m for m in content[section] if name not in m.get("intents", []) + m.get("stop_words", [])
        ]

    return how


def common_move(section: str, name: str, **values: Any) -> Change:
    def how(content: Any) -> None:
        for one in content[section]:
            if name in one.get("intents", []) + one.get("stop_words", []):
                one.update(values)

    return how


def unguarded(section: str, name: str) -> Change:
    def how(content: Any) -> None:
        for one in content[section]:
            if name in one.get("intents", []):
                one.pop("when", None)
                one.pop("count", None)

    return how
