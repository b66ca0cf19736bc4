"""Words that carry nothing at either end of an utterance: 嗯那个我知道了吧."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Fillers:
    """Takes fillers off, in steps that grow with the text alone.

    Some are made of others (就是说 of 就是 and 说), and a recogniser that repeats itself brings dozens:
    tried in every way in which they part, they would keep a call waiting for ever.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for word in sorted(filter(None, words), key=len, reverse=True):
            self._by_first[word[0]].append(word)

    def are_all(self, text: str) -> bool:
        """Whether ``text`` is made of fillers and of nothing else; an empty one is not."""
        return bool(text) and self._made_of(text)[0]

    def stripped(self, text: str) -> str:
        """``text`` without the fillers that it begins with, longest first, and those that it ends with."""
        start = 0
        while word := next((word for word in self._at(text, start)), None):
            start += len(word)
        rest = text[start:]
        made = self._made_of(rest)
        return rest[: made.index(True)]

    def _made_of(self, text: str) -> list[bool]:
        """For each place, the end too, whether all from there on is fillers."""
        made = [False] * len(text) + [True]
        for at in range(len(text) - 1, -1, -1):
            made[at] = any(made[at + len(word)] for word in self._at(text, at))
        return made

    def _at(self, text: str, at: int) -> Iterable[str]:
        if at >= len(text):
            return ()
        return (word for word in self._by_first.get(text[at], ()) if text.startswith(word, at))
