"""How a dial can end: the codes, their roll-up flags and their labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("dispositions.yaml")

Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z_]{0,31}$")
]  # 32: the width of the store's column


class Labels(BaseModel):
    """What an operator reads for a code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """The label in ``language``; English for one that has none."""
        return self.zh if language == "zh" else self.en


class Disposition(BaseModel):
    """The roll-up flags of one code; the shipped file says what each means."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: Literal["bot", "line", "dialer"] = Field(alias="from")
    connected: bool = False
    right_party: bool = False
    promise: bool = False
    third_party: bool = False
    dispute: bool = False
    do_not_call: bool = False
    human_follow_up: bool = False
    final: bool = False
    retry: Code | None = None
    labels: Labels

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.final == (self.retry is not None):
            raise ValueError(
                "a disposition is either final or names its retry class, not both and not neither"
            )
        if self.promise and not self.right_party:
            raise ValueError("only the right party can promise")
        if self.right_party and not self.connected:
            raise ValueError("the right party cannot be reached without a connection")
        if self.right_party and self.third_party:
            raise ValueError("the right party is no third party")
        if self.do_not_call and not self.final:
            raise ValueError("after do_not_call there is no further call: it must be final")
        return self


class Dispositions(BaseModel):
    """The dispositions file: every code that a dial can end with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    dispositions: dict[Code, Disposition] = Field(min_length=1)

    def __getitem__(self, code: str) -> Disposition:
        """The flags of ``code``. Raises KeyError for a code that the file lacks."""
        return self.dispositions[code]

    def __contains__(self, code: object) -> bool:
        return code in self.dispositions

    def codes(self) -> Iterator[str]:
        return iter(self.dispositions)

    def label(self, code: str, language: str) -> str:
        """What an operator reads for ``code``; the code itself when an older file gave it."""
        known = self.dispositions.get(code)
        return known.labels.text(language) if known else code

    def not_connected(self) -> frozenset[str]:
        """Codes given when nobody, or a machine, was at the other end."""
        return frozenset(code for code, flags in self.dispositions.items() if not flags.connected)


def load_dispositions(path: Path = SHIPPED) -> Dispositions:
    """Read a dispositions file. Raises DataFileError with file, line and key."""
    return load_model(path, Dispositions)


@cache
def shipped_dispositions() -> Dispositions:
    """The codes that ship, read once."""
    return load_dispositions()
