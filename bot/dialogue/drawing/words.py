"""The words of a picture beside those of the script itself, in the language of who looks at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("words.yml")
DEFAULT = "en"


class Words(BaseModel):
    """One language of the file. ``not_drawn`` has places for the numbers of stop words and of answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    again: str
    asks_again: str
    asks_nothing: str
    came_from: str
    common: str
    does: dict[str, str] = Field(default_factory=dict)
    ends: str
    ends_in_promise: str
    ends_with_care: str
    everywhere: str
    how: str
    how_it_ends: str
    keys: str
    not_drawn: str
    one_of: str
    other_words: str
    otherwise: str
    person: str
    stays: str
    stop_words: str
    urgently: str
    waits_on: str


class _File(RootModel[dict[str, Words]]):
    pass


@cache
def words(language: str = DEFAULT) -> Words:
    """Those of a language; English where there are none. Raises DataFileError."""
    found = load_model(SHIPPED, _File).root
    return found.get(language, found[DEFAULT])
