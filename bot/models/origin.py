"""Where a model is taken from, and on whose word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import ModelError
from bot.models.catalogue import Entry


@dataclass(frozen=True, slots=True)
class Publisher:
    """From the address in the catalogue."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """From another server: the address of the file, or, with a slash at its end, of the folder with it."""

    url: str


@dataclass(frozen=True, slots=True)
class Local:
    """From this machine: the archive as its publisher packed it, or a folder with the model."""

    path: Path


Origin = Publisher | Mirror | Local


@dataclass(frozen=True, slots=True)
class Trust:
    """``sha256``: the checksum that the user expects. ``unverified``: the user takes the file without one."""

    sha256: str | None = None
    unverified: bool = False

    def expected(self, entry: Entry) -> str | None:
        """The checksum that the file must have, None when there is none and the user does not ask.

        Raises ModelError when one is needed, or when two differ.
        """
        given = self.sha256.lower() if self.sha256 else None
        if given and entry.sha256 and given != entry.sha256:
            raise ModelError(f"the catalogue expects the checksum {entry.sha256} for {entry.id}, not {given}")
        expected = entry.sha256 or given
        if expected is None and not self.unverified:
            raise ModelError(
                f"the checksum of {entry.id} is not known here, so that a changed file cannot be told: give "
                "that of its publisher with --sha256, or take it as it comes with --accept-unverified"
            )
        return expected
