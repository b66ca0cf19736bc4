"""A flow, loaded and checked: what the policy walks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.datafile import line_of, load_model, read_yaml
from bot.dialogue.checks import check_flow
from bot.dialogue.gate import DebtLexicon
from bot.dialogue.model import CommonFile, FlowFile, Move, PartFile, SlotModel, Step
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow with what is common to all. ``version`` is a hash over every file that shapes what is said.

    ``detours`` are the common steps: entered from anywhere, they can return to the step left. ``digressed``
    is where it ends once ``most_digressions`` answers in a row led back to one question, or a question was
    come to more than ``most_visits`` times; ``together`` are the intents taken up beside another,
    ``contradicts`` those beside which a yes is none. ``speaks_of_debt`` is False for a flow that never does.
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
    hand_over: str
    fault: str
    lexicon: DebtLexicon = field(repr=False)
    most_digressions: int
    most_visits: int
    digressed: str
    together: frozenset[str] = field(repr=False)
    contradicts: Mapping[str, frozenset[str]] = field(repr=False)
    speaks_of_debt: bool = True


def load_flow(language_dir: Path, name: str, prompts: PromptBook | None = None) -> Flow:
    """The flow ``name`` of a language, checked against ``prompts`` (default: loaded from the same folder).

    Raises DataFileError naming file, line and key of the first mistake.
    """
    path = language_dir / "flows" / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(flow_names(language_dir))
        raise DataFileError(str(path), f"there is no flow {name!r}; known: {known}")
    prompts = prompts or PromptBook.load(language_dir)
    own = load_model(path, FlowFile)
    common_path = language_dir / "flows" / f"{own.include}.yml"
    common = load_model(common_path, CommonFile)
    parts = {part: load_model(part, PartFile) for part in _part_paths(path, own)}
    steps = _merged_steps(path, own, parts, common)
    slots = {**common.slots}
    for part in parts.values():
        slots |= part.slots
    slots |= own.slots
    check_flow(path, own, common_path, common, prompts, steps=steps, slots=frozenset(slots), parts=parts)
    return Flow(
        name,
        _version(language_dir, path, common_path, *parts),
        own.start,
        tuple(own.disclosures),
        slots,
        steps,
        frozenset(common.steps),
        tuple(common.stop_words),
        (*(move for part in parts.values() for move in part.anywhere), *common.anywhere),
        tuple(common.closing),
        common.wind_up,
        common.hand_over,
        common.fault,
        DebtLexicon.load(language_dir),
        common.most_digressions,
        common.most_visits,
        common.digressed,
        frozenset(common.together),
        {action: frozenset(intents) for action, intents in common.contradicts.items()},
        own.debt,
    )


def flow_names(language_dir: Path) -> list[str]:
    """The flows of a language that a call can be held with. Raises DataFileError."""
    files = sorted((language_dir / "flows").glob("*.yml"))
    return [path.stem for path in files if "start" in (read_yaml(path) or {})]


def _part_paths(path: Path, own: FlowFile) -> list[Path]:
    paths = [path.parent / "parts" / f"{name}.yml" for name in own.parts]
    for index, part in enumerate(paths):
        if not part.is_file():
            line = line_of(path, "parts", index)
            raise DataFileError(str(path), f"there is no part {part.stem!r}", line=line, key=f"parts.{index}")
    return paths


def _merged_steps(
    path: Path, own: FlowFile, parts: Mapping[Path, PartFile], common: CommonFile
) -> dict[str, Step]:
    """All steps of a flow; no name may stand for two of them."""
    steps = dict(common.steps)
    for file, added in (*((part, model.steps) for part, model in parts.items()), (path, own.steps)):
        for step in added.keys() & steps.keys():
            raise DataFileError(
                str(file),
                "another file of this flow has this step too",
                line=line_of(file, "steps", step),
                key=f"steps.{step}",
            )
        steps |= added
    return steps


def _version(language_dir: Path, *flow_files: Path) -> str:
    files = [*flow_files, language_dir / "speech.yml", language_dir / "lexicons" / "debt.yml"]
    files += sorted((language_dir / "prompts").glob("*.yml"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
