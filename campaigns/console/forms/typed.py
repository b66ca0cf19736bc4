"""A form as it was typed: told back when it is wrong, and read into values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.errors import ConflictError


class UnfitError(ConflictError):
    """What was typed does not do."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Fields by name, each with all that was typed or ticked."""

    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Any]], longest: int = 2_000) -> Typed:
        """Of a form's fields; files are left out."""
        fields: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if isinstance(value, str):
                fields[name] = (*fields.get(name, ()), value.strip()[:longest])
        return cls(fields)

    def __call__(self, name: str) -> str:
        """What was typed; empty when nothing was."""
        values = self.fields.get(name, ())
        return values[0] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """All that was ticked."""
        return tuple(value for value in self.fields.get(name, ()) if value)

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None for an empty field. Raises UnfitError."""
        text = self(name)
        if not text:
            return None
        if not (text.isascii() and text.lstrip("-").isdigit() and least <= int(text) <= most):
            raise UnfitError("%(text)s is no whole number from %(least)s to %(most)s",
                             text=text[:20], least=least, most=most)  # fmt: skip
        return int(text)

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number; None for an empty field. Raises UnfitError."""
        text = self(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise UnfitError("%(text)s is no number from %(least)s to %(most)s",
                             text=text[:20], least=least, most=most)  # fmt: skip
        return value

    def day(self, name: str) -> date | None:
        """A day; None for an empty field. Raises UnfitError."""
        text = self(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise UnfitError("%(text)s is no day; write it as 2026-03-31", text=text[:20]) from error

    def parts(self, name: str) -> tuple[str, ...]:
        """What commas, of either script, part."""
        text = self(name).replace("，", ",").replace("、", ",").replace(";", ",").replace("；", ",")
        return tuple(part.strip() for part in text.split(",") if part.strip())
