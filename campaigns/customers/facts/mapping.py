"""Which column of a file is which fact of a stage's rules. Data in YAML, one file for each kind of file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.errors import DataFileError
from campaigns.customers import values
from campaigns.customers.converters import LONG_TEXT, choice
from campaigns.customers.mapping import Column
from campaigns.customers.values import BadValueError
from campaigns.grading.features import Kind
from campaigns.grading.life_cycle import FEATURES_OF, Stage

_FLAGS = {"true": 1, "false": 0, "unknown": None}
SHIPPED = Path(__file__).parent / "mappings"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Fact(Column):
    """A fact and how its cells are written."""

    kind: Literal["text", "integer", "amount", "choice", "flag"] = Field("text", alias="as")


class SharedBy(_Strict):
    """How many share a thing: told by a column ``from``, else counted over equal cells of a column ``of``."""

    source: tuple[str, ...] = Field(alias="from", min_length=1)
    of: tuple[str, ...] = Field(min_length=1)


class FactMapping(_Strict):
    """One kind of file of facts."""

    name: str
    title: str
    life_cycle: Stage
    amounts: Literal["units", "minor"] = "units"
    currency_marks: str = ""
    key: Column
    customer: Column | None = None
    facts: dict[str, Fact]
    shared: dict[str, SharedBy] = {}

    @model_validator(mode="after")
    def _known_facts(self) -> Self:
        known = FEATURES_OF[self.life_cycle]
        for name, fact in self.facts.items():
            wanted = Kind.TEXT if fact.kind in ("text", "choice") else Kind.INTEGER
            if known.get(name, wanted) is not wanted:
                raise ValueError(f"facts.{name} is {known[name]}, and cannot be read as {fact.kind}")
        for name, fact in self.facts.items():
            meanings = {*fact.choices.values(), *filter(None, (fact.otherwise,))}
            if fact.kind == "flag" and (not meanings or meanings - _FLAGS.keys()):
                raise ValueError(f"facts.{name} is a flag: its choices mean true, false or unknown")
        for name in self.shared:
            if name in self.facts:
                raise ValueError(f"shared.{name} is among the facts too")
        return self

    def converter(self, name: str) -> Callable[[str], Any]:
        """How the cells of a fact are read. What it gives raises BadValueError."""
        fact = self.facts[name]
        if fact.kind == "choice":
            return choice(fact)
        if fact.kind == "flag":
            choose = choice(fact)
            return lambda cell: _FLAGS[choose(cell)]
        if fact.kind == "amount":
            return self._money(fact.negative)
        return values.integer if fact.kind == "integer" else partial(values.text, longest=LONG_TEXT)

    def _money(self, negative: str | None) -> Callable[[str], int]:
        def read(cell: str) -> int:
            money = values.amount(cell, marks=self.currency_marks, minor=self.amounts == "minor")
            if money < 0 and negative != "keep":
                raise BadValueError("negative", "is negative")
            return money

        return read


def find_fact_mapping(given: Path | str) -> FactMapping:
    """A mapping by the name of one that ships, or by its file. Raises DataFileError."""
    shipped = SHIPPED / f"{given}.yaml"
    if isinstance(given, str) and shipped.parent == SHIPPED and shipped.is_file():
        return load_model(shipped, FactMapping)
    path = Path(given)
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in SHIPPED.glob("*.yaml")))
        raise DataFileError(str(given), f"there is no such mapping; give a YAML file, or one of: {known}")
    return load_model(path, FactMapping)
