"""The catalogue of models: data beside this module."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.errors import ModelError

CATALOGUE = Path(__file__).with_name("catalogue.yaml")

MOST_BYTES = 16_000_000_000
"""No model is larger, packed or not."""

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """What a model is for."""

    ASR = "asr"
    TTS = "tts"
    VAD = "vad"


class Archive(StrEnum):
    """How a model is packed: a tar may be compressed in any usual way."""

    ZIP = "zip"
    TAR = "tar"
    NONE = "none"


class Entry(BaseModel):
    """One model as its publisher has it. ``sha256`` is of the file at ``url``; None when it is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$")
    kind: Kind
    engine: str
    language: str
    about: str
    url: str = Field(pattern="^https?://[^ ]+/[^/ ]+$")
    size: int | None = Field(default=None, gt=0, le=MOST_BYTES)
    sha256: Sha256 | None = None
    archive: Archive
    unpacked: int | None = Field(default=None, gt=0, le=MOST_BYTES)
    licence: str
    without: str

    @property
    def file_name(self) -> str:
        """The last part of the address."""
        return self.url.rpartition("/")[2]

    @property
    def most_unpacked(self) -> int:
        """Bytes that it may unpack to."""
        return self.unpacked or self.size or MOST_BYTES


class Catalogue(BaseModel):
    """``catalogue.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    models: list[Entry]

    @classmethod
    def load(cls, path: Path = CATALOGUE) -> Self:
        """Read the catalogue. Raises DataFileError."""
        return load_model(path, cls)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        ids = [entry.id.casefold() for entry in self.models]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"stands twice: {', '.join(sorted(twice))}")
        return self

    def entry(self, name: str) -> Entry:
        """The model called ``name``. Raises ModelError naming what there is."""
        for entry in self.models:
            if entry.id == name:
                return entry
        known = ", ".join(entry.id for entry in self.models)
        raise ModelError(f"there is no model {name!r} in the catalogue; known: {known}")
