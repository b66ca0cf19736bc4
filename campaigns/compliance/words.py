"""The words of the compliance commands, in the language of the house."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import RootModel

from bot.datafile import load_model
from campaigns.compliance.reasons import Words

TEXTS = Path(__file__).with_name("words.yaml")


class _Labels(RootModel[dict[str, Words]]):
    pass


@cache
def _labels() -> dict[str, Words]:
    return load_model(TEXTS, _Labels).root


def label(key: str, language: str) -> str:
    """The words for ``key``; English for a language other than ``zh``. Raises KeyError."""
    return _labels()[key].in_(language)
