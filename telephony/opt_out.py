"""Keywords of text messages that ask for none, for more, or for help."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import RootModel, field_validator

from telephony.datafile import load_model
from telephony.messages import Wish

FILE = Path(__file__).with_name("opt_out.yml")


class _Keywords(RootModel[dict[str, dict[Wish, tuple[str, ...]]]]):
    @field_validator("root")
    @classmethod
    def _each_asks_for_one_thing(
        cls, languages: dict[str, dict[Wish, tuple[str, ...]]]
    ) -> dict[str, dict[Wish, tuple[str, ...]]]:
        seen: dict[str, Wish] = {}
        for wishes in languages.values():
            for wish, words in wishes.items():
                for word in words:
                    bare = _bare(word)
                    if not bare or seen.setdefault(bare, wish) is not wish:
                        raise ValueError(f"{word!r} is empty, or asks for two things")
        return languages


def load_opt_out(path: Path = FILE) -> Mapping[str, Wish]:
    """Keyword, stripped bare, → wish, of all languages. Raises LineConfigError."""
    languages = load_model(path, _Keywords).root.values()
    return {_bare(word): wish for wishes in languages for wish, words in wishes.items() for word in words}


@cache
def shipped_opt_out() -> Mapping[str, Wish]:
    """The keywords that the product knows."""
    return load_opt_out()


def wish_of(text: str, keywords: Mapping[str, Wish] | None = None) -> Wish | None:
    """What ``text`` asks for; None when it is no keyword."""
    return (shipped_opt_out() if keywords is None else keywords).get(_bare(text))


def _bare(text: str) -> str:
    """``text`` without what people add, or leave out, around a keyword."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
