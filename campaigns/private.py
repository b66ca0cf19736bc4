"""Personal data as a value of its own: it shows itself masked wherever it is put, until it is revealed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telephony.numbers import mask

HIDDEN: Final = "***"


class PrivateKind(StrEnum):
    """What sort of personal data a value is."""

    NAME = "name"
    NUMBER = "number"
    ID_TAIL = "id_tail"
    TEXT = "text"  # what was said or written: it may name the customer


@dataclass(frozen=True, slots=True, repr=False)
class Private:
    """A personal value of the customer with the lender's key ``subject``; empty: of nobody that is known.

    ``str``, ``repr``, formatting and templates give the mask, so a forgotten filter cannot tell it.
    """

    kind: PrivateKind
    value: str
    subject: str = ""

    @property
    def masked(self) -> str:
        return mask(self.value) if self.kind is PrivateKind.NUMBER else HIDDEN

    @property
    def about(self) -> str:
        """Whom it is of, for the record of who saw it; of nobody that is known, its mask."""
        return self.subject or self.masked

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Private({self.kind.value}, {self.masked})"

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)


def private(kind: PrivateKind, value: str | None, subject: str = "") -> Private | None:
    """The value as private; None where there is none."""
    return None if value is None else Private(kind, value, subject)
