"""The kinds of files that are brought in."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kept by these names."""

    PORTFOLIO = "portfolio"
    PAYMENTS = "payments"
    NUMBERS = "numbers"  # what a checking vendor says of numbers
