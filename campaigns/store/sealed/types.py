"""The types of personal columns. Without a key they are texts and JSON like any other."""

from __future__ import annotations

from typing import TypeAlias

from campaigns.store.sealed.beginnings import BlindPrefix
from campaigns.store.sealed.objects import SealedJson
from campaigns.store.sealed.using import is_sealed, sealer_of, use
from campaigns.store.sealed.words import SealedString, SealedText, SealedWord

__all__ = [
    "BlindPrefix",
    "Sealable",
    "SealedJson",
    "SealedString",
    "SealedText",
    "SealedWord",
    "is_sealed",
    "sealer_of",
    "use",
]

Sealable: TypeAlias = SealedString | SealedJson
"""The types whose values are sealed."""
