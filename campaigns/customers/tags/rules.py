"""Tag rules as data, read so that every mistake is found before a customer is tagged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import line_of, load_model
from bot.errors import DataFileError
from campaigns.grading.conditions import Condition, ConditionError, parse_condition
from campaigns.grading.facts import CUSTOMER_FACTS, with_own
from campaigns.grading.features import Kind
from campaigns.grading.rules import Identifier

SHIPPED: Final = Path(__file__).with_name("default.yaml")


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class TagRule(_Part):
    """A tag, and the condition under which a customer has it."""

    id: Identifier
    title: str = Field(min_length=1, max_length=80)
    when: str


class TagRules(_Part):
    """A tag file as read; ``load_tags`` also checks its conditions."""

    version: str = Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=48)
    attributes: tuple[Identifier, ...] = Field(default=(), strict=False)
    tags: tuple[TagRule, ...] = Field(strict=False, min_length=1)

    @property
    def facts(self) -> dict[str, Kind]:
        """What conditions may name."""
        return with_own(self.attributes)

    @property
    def conditions(self) -> dict[str, Condition]:
        """The conditions by tag. Raises ConditionError."""
        return {rule.id: parse_condition(rule.when, self.facts) for rule in self.tags}

    @property
    def label(self) -> str:
        """The version and a digest of the content."""
        return f"{self.version}+{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]}"


def load_tags(path: Path | None = None) -> TagRules:
    """Read and check a tag file; None: the one that ships. Raises DataFileError with file, line and key."""
    path = path or SHIPPED
    rules = load_model(path, TagRules)
    for location, message in _problems(rules):
        key = ".".join(str(part) for part in location)
        raise DataFileError(str(path), message, line=line_of(path, *location), key=key)
    return rules


def _problems(rules: TagRules) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, name in enumerate(rules.attributes):
        if name in CUSTOMER_FACTS or name in rules.attributes[:index]:
            yield ("attributes", index), f"{name!r} is already the name of a fact"
    seen: set[str] = set()
    for index, rule in enumerate(rules.tags):
        if rule.id in seen:
            yield ("tags", index, "id"), f"the tag {rule.id!r} stands twice"
        seen.add(rule.id)
        try:
            parse_condition(rule.when, rules.facts)
        except ConditionError as error:
            yield ("tags", index, "when"), str(error)
