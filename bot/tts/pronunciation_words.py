"""What ``pronunciation.yml`` of a language holds: readings of words, and how the espeak-ng voice is fed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.patterns import checked
from bot.tts.reading_words import Rewrite


def _one_each(readings: dict[str, str]) -> dict[str, str]:
    for word, said in readings.items():
        if len(said.split()) != len(word):
            raise ValueError(f"{word}: one syllable a character, not {said!r}")
    return readings


Readings = Annotated[dict[str, str], AfterValidator(_one_each)]


class Context(BaseModel):
    """A reading of ``characters`` behind one of the words ``after`` and before what ``before`` matches."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    characters: str = Field(min_length=1)
    say: str
    after: tuple[str, ...] = ()
    before: Annotated[str, AfterValidator(checked)] = ""

    @model_validator(mode="after")
    def _says_each(self) -> Context:
        _one_each({self.characters: self.say})
        return self


class Sandhi(BaseModel):
    """The reading of ``character`` before a syllable with one of ``next_tones``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    character: str = Field(min_length=1, max_length=1)
    next_tones: str = Field(pattern="^[1-5]+$")
    say: str


class EspeakVoice(BaseModel):
    """How espeak-ng speaks this language. ``pace`` is in its words a minute."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    voice: str
    variant: str = ""
    pace: int = Field(ge=80, le=450)
    spelling: list[Rewrite] = []
    marks: dict[str, Literal[",", ".", "?"]]


class PronunciationWords(BaseModel):
    """``pronunciation.yml``. With the scheme ``text`` the voice reads the words as they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scheme: Literal["pinyin", "text"]
    words: Readings = {}
    contexts: list[Context] = []
    surnames: Readings = {}
    name_after: tuple[str, ...] = ()
    name_before: Annotated[str, AfterValidator(checked)] = ""
    sandhi: list[Sandhi] = []
    espeak: EspeakVoice
