"""Masking what could name a person, for everything that leaves the store."""

from __future__ import annotations

HIDDEN = "****"


def mask_number(e164: str) -> str:
    """A phone number of which at least four digits are hidden: ``+8615412341234`` becomes ``+86154****1234``.

    A number too short to show both ends keeps its last two digits only.
    """
    if len(e164) < 10:
        return HIDDEN + e164[-2:] if len(e164) > 6 else HIDDEN
    return e164[: len(e164) - 8] + HIDDEN + e164[-4:]
