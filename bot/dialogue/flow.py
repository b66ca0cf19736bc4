"""A flow, loaded and checked: what the policy walks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.datafile import line_of, load_model, read_yaml
from bot.dialogue.checks import check_flow
from bot.dialogue.gate import DebtLexicon
from bot.dialogue.model import CommonFile, FlowFile, Move, SlotModel, Step
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow with what is common to all. ``version`` is a hash over every file that shapes what is said.

    ``detours`` are the common steps: entered from anywhere, they can return to the step left.
    """

    name: str
    version: str
    start: str
    disclosures: tuple[str, ...]
    slots: Mapping[str, SlotModel]
    steps: Mapping[str, Step] = field(repr=False)
    detours: frozenset[str] = field(repr=False)
    stop_words: tuple[Move, ...] = field(repr=False)
    anywhere: tuple[Move, ...] = field(repr=False)
    closing: tuple[str, ...]
    wind_up: str
    fault: str
    lexicon: DebtLexicon = field(repr=False)


def load_flow(language_dir: Path, name: str, prompts: PromptBook | None = None) -> Flow:
    """The flow ``name`` of a language, checked against ``prompts`` (default: loaded from the same folder).

    Raises DataFileError naming file, line and key of the first mistake.
    """
    path = language_dir / "flows" / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.yml")))
        raise DataFileError(str(path), f"there is no flow {name!r}; known: {known}")
    prompts = prompts or PromptBook.load(language_dir)
    own = load_model(path, FlowFile)
    common_path = language_dir / "flows" / f"{own.include}.yml"
    common = load_model(common_path, CommonFile)
    for step in own.steps.keys() & common.steps.keys():
        raise DataFileError(
            str(path), "the common flow has this step too", line=line_of(path, "steps", step), key=step
        )
    check_flow(path, own, common_path, common, prompts)
    return Flow(
        name,
        _version(language_dir, path, common_path),
        own.start,
        tuple(own.disclosures),
        {**common.slots, **own.slots},
        {**common.steps, **own.steps},
        frozenset(common.steps),
        tuple(common.stop_words),
        tuple(common.anywhere),
        tuple(common.closing),
        common.wind_up,
        common.fault,
        DebtLexicon.load(language_dir),
    )


def flow_names(language_dir: Path) -> list[str]:
    """The flows of a language that a call can be held with. Raises DataFileError."""
    files = sorted((language_dir / "flows").glob("*.yml"))
    return [path.stem for path in files if "start" in (read_yaml(path) or {})]


def _version(language_dir: Path, *flow_files: Path) -> str:
    files = [*flow_files, language_dir / "speech.yml", language_dir / "lexicons" / "debt.yml"]
    files += sorted((language_dir / "prompts").glob("*.yml"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
