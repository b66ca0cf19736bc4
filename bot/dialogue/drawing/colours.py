"""The colours of a picture: one for each file that a flow is built of, and those of its ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

INK, SOFT, FAINT, PAPER = "#111827", "#374151", "#6b7280", "#f8fafc"
LINE = "#e5e7eb"

_FILES = ("#1d4ed8", "#0f766e", "#7e22ce", "#b45309", "#be185d", "#4d7c0f")
_FILLS = {"asks": "#ffffff", "passes": "#f3f4f6", "holds": "#fef3c7"}
_GRAVE = frozenset({"vulnerable", "deceased", "hardship", "complaint", "legal", "fraud_claim", "do_not_call"})


@dataclass(frozen=True, slots=True)
class Pair:
    """What is drawn in ``edge`` on ``fill``."""

    edge: str
    fill: str


def of_end(disposition: str) -> Pair:
    """Green for a promise, red for what needs care, grey for the rest."""
    if disposition.startswith("promise"):
        return Pair("#15803d", "#dcfce7")
    return Pair("#b91c1c", "#fee2e2") if disposition in _GRAVE else Pair("#4b5563", "#e5e7eb")


def of_file(name: str, files: Sequence[str]) -> str:
    """The same for the same file throughout a picture."""
    return _FILES[files.index(name) % len(_FILES)]


def of_kind(kind: str) -> str:
    """What a card of a step that does not end is filled with."""
    return _FILLS[kind]
