"""What a simulated connection does to sound, as data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from telephony.datafile import load_model
from telephony.g711 import Law

DEFAULT_CHANNELS: Final = Path(__file__).parents[1] / "channels.yml"

Level = Annotated[float, Field(ge=-90, le=3.14)]  # dBm0
Milliseconds = Annotated[float, Field(ge=0, le=2000)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Colour(StrEnum):
    """How noise is spread over frequencies."""

    WHITE = "white"  # evenly: the hiss of a line
    PINK = "pink"  # less the higher: streets, rooms, wind


class NoiseProfile(_Data):
    """Steady noise. ``file``, relative to the data file, is a recording to take instead of a colour.

    Its level is given either as such, or in dB below the speech.
    """

    colour: Colour = Colour.PINK
    file: Path | None = None
    dbm0: Level | None = None
    snr_db: float | None = None

    @model_validator(mode="after")
    def _has_one_level(self) -> NoiseProfile:
        if (self.dbm0 is None) == (self.snr_db is None):
            raise ValueError("noise needs either `dbm0` or `snr_db`")
        return self


class EchoProfile(_Data):
    """Our own voice, coming back from the far end's phone."""

    delay_ms: Milliseconds
    loss_db: float = Field(ge=0)


class LossProfile(_Data):
    """Packets that never come: their share of all, and how many are lost in a row on average."""

    share: float = Field(gt=0, lt=1)
    burst: float = Field(default=1.0, ge=1)


class ChannelProfile(_Data):
    """One kind of connection."""

    law: Law = Law.A
    speech_dbm0: Level = -20.0  # of the far end's speech while it speaks
    overdrive_db: float = Field(default=0.0, ge=0, le=40)  # how far its peaks are driven beyond full scale
    noise: NoiseProfile | None = None
    chatter_snr_db: float | None = None  # somebody talks in the background, this far below the speech
    echo: EchoProfile | None = None
    delay_ms: Milliseconds = 0.0  # one way, to the nearest 20 ms
    jitter_ms: Milliseconds = 0.0  # by how much a frame comes late, on average
    loss: LossProfile | None = None


CLEAN: Final = "clean"
"""The kind of connection where none is said: every file of them has it."""


class Channels(_Data):
    """All kinds of connections, by name."""

    profiles: dict[str, ChannelProfile]

    @model_validator(mode="after")
    def _has_the_clean_one(self) -> Channels:
        if CLEAN not in self.profiles:
            raise ValueError(f"the profile {CLEAN!r} is missing")
        return self


def load_channels(file: Path = DEFAULT_CHANNELS) -> Channels:
    """Read the kinds of connections. Paths in it become absolute. Raises LineConfigError."""
    channels = load_model(file, Channels)
    return Channels(profiles={name: _placed(p, file.parent) for name, p in channels.profiles.items()})


def _placed(profile: ChannelProfile, folder: Path) -> ChannelProfile:
    noise = profile.noise
    if noise is None or noise.file is None:
        return profile
    return profile.model_copy(update={"noise": noise.model_copy(update={"file": folder / noise.file})})
