"""Personas: what kind of customer answers what, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.datafile import line_of, load_model
from bot.dialogue.dispositions import Disposition
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError
from bot.simulation.phrases import PhraseFile
from bot.simulation.recognition import Recognition

SILENCE, HANG_UP = "silence", "hang_up"
"""What a customer may do beside saying something."""

GREETING = "hello"
"""The group of phrases said on picking up: the phrases file must have it."""

OTHERWISE = "otherwise"
"""The answers to whatever is not listed, and success in flows that are not."""

Weights = dict[str, int]


class PersonaFile(BaseModel):
    """One persona as it is written.

    ``answers`` gives, for each thing asked, weights over groups of phrases; a list gives them for the first,
    second, ... time it is asked, the last for ever after. ``patience`` is the number of answers after which
    they hang up, ``interrupts`` the chance that they talk over a sentence, ``weight`` their share.
    ``success`` are the dispositions that are right for such a customer; a mapping gives them by flow.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: int = Field(ge=0)
    patience: int = Field(ge=1)
    interrupts: float = Field(default=0.0, ge=0, le=1)
    success: dict[str, list[Disposition]]
    answers: dict[str, list[Weights]]

    @field_validator("success", mode="before")
    @classmethod
    def _for_all_flows(cls, success: object) -> object:
        return success if isinstance(success, dict) else {OTHERWISE: success}

    @field_validator("answers", mode="before")
    @classmethod
    def _one_or_many(cls, answers: object) -> object:
        if not isinstance(answers, dict):
            return answers
        return {asks: each if isinstance(each, list) else [each] for asks, each in answers.items()}


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of customer, with the words to speak and the ear to tell what is asked."""

    name: str
    weight: int
    patience: int
    interrupts: float
    answers: Mapping[str, list[Weights]]
    phrases: PhraseFile
    recognition: Recognition
    success: Mapping[str, list[Disposition]] = field(default_factory=dict)

    def succeeds(self, flow: str, disposition: str) -> bool:
        """Whether a call of ``flow`` that ended so did what it should with such a customer."""
        return disposition in self.success.get(flow, self.success.get(OTHERWISE, ()))

    def choices(self, asked: str | None, before: int) -> Weights:
        """The weights for what is ``asked``, which was asked ``before`` times already."""
        turns = self.answers.get(asked or OTHERWISE) or self.answers.get(OTHERWISE) or [{SILENCE: 1}]
        return turns[min(before, len(turns) - 1)]


def load_personas(language_dir: Path, prompts: PromptBook | None = None) -> dict[str, Persona]:
    """Every persona of a language by name. Raises DataFileError naming file, line and key."""
    prompts = prompts or PromptBook.load(language_dir)
    folder = language_dir / "personas"
    phrases = load_model(folder / "phrases.yml", PhraseFile)
    if GREETING not in phrases.phrases:
        path = folder / "phrases.yml"
        raise DataFileError(
            str(path), f"{GREETING!r} is missing", line=line_of(path, "phrases"), key="phrases"
        )
    try:
        recognition = Recognition.of(prompts)
    except ValueError as error:
        raise DataFileError(str(language_dir / "prompts"), str(error)) from error
    asked = {asks for _, asks in recognition.marks} | {OTHERWISE}
    personas = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name != "phrases.yml":
            file = load_model(path, PersonaFile)
            _check(path, file, asked, phrases)
            personas[path.stem] = Persona(
                path.stem,
                file.weight,
                file.patience,
                file.interrupts,
                file.answers,
                phrases,
                recognition,
                file.success,
            )
    return personas


def pick_persona(personas: Mapping[str, Persona], random: Random) -> Persona:
    """One of a mixed population, by weight."""
    known = [personas[name] for name in sorted(personas)]
    return random.choices(known, [persona.weight for persona in known])[0]


def _check(path: Path, file: PersonaFile, asked: set[str], phrases: PhraseFile) -> None:
    said = phrases.phrases.keys() | {SILENCE, HANG_UP}
    for asks, turns in file.answers.items():
        if problem := _problem(asks, turns, asked, said):
            raise DataFileError(
                str(path), problem, line=line_of(path, "answers", asks), key=f"answers.{asks}"
            )


def _problem(asks: str, turns: Sequence[Weights], asked: set[str], said: set[str]) -> str | None:
    if asks not in asked:
        return f"no prompt asks {asks!r}"
    for weights in turns:
        if unknown := weights.keys() - said:
            return f"no such phrases: {', '.join(sorted(unknown))}"
        if sum(weights.values()) <= 0 or min(weights.values()) < 0:
            return "weights must add up to something"
    return None
