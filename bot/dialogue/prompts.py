"""Prompts: what the bot can say, as Jinja2 templates with variants, classified by what they reveal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any, Literal, Self

from jinja2 import Template, TemplateSyntaxError, meta, pass_context
from jinja2.runtime import Context
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.datafile import line_of, load_model
from bot.dialogue.speech import Speech
from bot.errors import DataFileError, PromptError
from bot.sandbox import RENDERING_ERRORS, Sandbox

Disclosure = Literal["institution", "ai_identity", "recording_notice"]

PUBLIC = frozenset({"institution", "hotline", "party", "today", "callback_at"})
"""The only variables a prompt may use and yet be said before the right party is confirmed."""

ACCOUNT = PUBLIC | {"invitation"}
"""The variables of a prompt that is for the right party alone and yet says nothing of a debt."""


class PromptModel(BaseModel):
    """One prompt as it is written. ``asks`` names what is asked of the customer, for the simulated ones.

    ``reveals`` tells what a bystander would learn: the ``debt``, or that there is an ``account``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: list[str] = Field(min_length=1)
    disclosure: Disclosure | None = None
    interruptible: bool = True
    reveals: Literal["debt", "account"] | None = None
    asks: str | None = None

    @field_validator("say", mode="before")
    @classmethod
    def _one_or_many(cls, say: object) -> object:
        return [say] if isinstance(say, str) else say


class PromptFile(BaseModel):
    """The content of one file under ``prompts/``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompts: dict[str, PromptModel]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt, compiled. ``variables`` are all that its variants read.

    One that is ``private`` waits for the right party; so does every one that reveals the debt.
    """

    id: str
    sources: tuple[str, ...]
    variants: tuple[Template, ...]
    variables: frozenset[str]
    reveals_debt: bool
    disclosure: Disclosure | None
    interruptible: bool
    asks: str | None
    private: bool = False

    def render(self, facts: Mapping[str, Any], count: int) -> str:
        """The text of the variant for the ``count``-th time (from 0) it is said. Raises PromptError."""
        missing = self.variables - facts.keys()
        if missing:
            raise PromptError(f"prompt {self.id!r} needs {', '.join(sorted(missing))}, unknown in this call")
        try:
            return self.variants[count % len(self.variants)].render(facts)
        except RENDERING_ERRORS as error:
            raise PromptError(f"prompt {self.id!r} cannot be rendered: {error}") from error


@dataclass(frozen=True, slots=True)
class PromptBook:
    """All prompts of a language."""

    prompts: Mapping[str, Prompt] = field(repr=False)
    speech: Speech = field(repr=False)

    def __getitem__(self, prompt_id: str) -> Prompt:
        return self.prompts[prompt_id]

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self.prompts

    def is_labelled(self, prompt_id: str) -> bool:
        """Whether every variant tells that the voice is artificial, in the words the law wants."""
        return not _label_lacks(self.prompts[prompt_id].sources, self.speech)

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Every file under ``prompts/``. Raises DataFileError."""
        speech = Speech.load(language_dir)
        environment = _Environment(speech)
        prompts: dict[str, Prompt] = {}
        for path in sorted((language_dir / "prompts").glob("*.yml")):
            for prompt_id, model in load_model(path, PromptFile).prompts.items():
                location = ("prompts", prompt_id)
                if prompt_id in prompts:
                    raise DataFileError(
                        str(path),
                        "another file has this prompt too",
                        line=line_of(path, *location),
                        key=prompt_id,
                    )
                try:
                    prompts[prompt_id] = _compile(prompt_id, model, environment, speech)
                except ValueError as error:
                    raise DataFileError(
                        str(path), str(error), line=line_of(path, *location), key=prompt_id
                    ) from error
        return cls(prompts, speech)


def _label_lacks(sources: Sequence[str], speech: Speech) -> str:
    """What the law wants in a spoken label and one of ``sources`` lacks; empty when nothing."""
    groups = [group for group in speech.ai_label if not all(any(w in s for w in group) for s in sources)]
    return "; ".join(" or ".join(group) for group in groups)


def load_prompts(language_dir: Path) -> PromptBook:
    """All prompts of the language in ``language_dir``. Raises DataFileError."""
    return PromptBook.load(language_dir)


def _compile(prompt_id: str, model: PromptModel, environment: _Environment, speech: Speech) -> Prompt:
    variables: set[str] = set()
    templates = []
    for source in model.say:
        try:
            read, code = _compiled(source)
        except TemplateSyntaxError as error:
            raise ValueError(f"not a Jinja2 template: {error.message}") from error
        variables |= read
        templates.append(Template.from_code(environment, code, environment.make_globals(None)))
    reveals = model.reveals == "debt" or bool(variables - ACCOUNT)
    private = reveals or model.reveals is not None or bool(variables - PUBLIC)
    if model.disclosure is not None:
        if model.interruptible:
            raise ValueError("a disclosure is not interruptible: add `interruptible: false`")
        if private:
            raise ValueError("a disclosure is said first and reveals nothing of the debt")
    if model.disclosure == "ai_identity" and (lacking := _label_lacks(model.say, speech)):
        raise ValueError(f"the AI disclosure must contain {lacking}")
    return Prompt(
        prompt_id,
        tuple(model.say),
        tuple(templates),
        frozenset(variables),
        reveals,
        model.disclosure,
        model.interruptible,
        model.asks,
        private,
    )


class _Environment(Sandbox):
    """A sandbox with the filters of a language: money, day, moment."""

    def __init__(self, speech: Speech | None = None) -> None:
        # What is constant is not worked out when a template is compiled: that is done once for all languages.
        super().__init__({"money": _money, "day": _day, "moment": _moment}, optimized=False)
        self.speech = speech


@pass_context
def _money(context: Context, value: int) -> str:
    return _speech(context).say_money(value)


@pass_context
def _day(context: Context, value: date) -> str:
    return _speech(context).say_day(value, context["today"])


@pass_context
def _moment(context: Context, value: datetime) -> str:
    return _speech(context).say_moment(value, context["today"])


def _speech(context: Context) -> Speech:
    environment = context.environment
    if not isinstance(environment, _Environment) or environment.speech is None:
        raise PromptError("a prompt is rendered outside of a language")
    return environment.speech


@lru_cache(maxsize=4096)
def _compiled(source: str) -> tuple[frozenset[str], CodeType]:
    """The variables that a template reads, and its code. Raises TemplateSyntaxError."""
    compiler = _Environment()
    return frozenset(meta.find_undeclared_variables(compiler.parse(source))), compiler.compile(source)
