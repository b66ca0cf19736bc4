"""Regular expressions of data files: whoever writes them, and whatever is said, none goes on for ever.

Authors need to look ahead and behind, which engines that take linear time cannot. So each is asked under a
limit of time: the engine holds the whole process while it looks, and customers wait. The linter refuses those
that could come to it (``bot.dialogue.lint.patience``).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar

import regex

Match = regex.Match[str]
Found = TypeVar("Found")

LONGEST: Final = 20_000  # characters of an expression
ASKED_S: Final = 0.1
"""At most so long an expression looks at a text, and once more: the machine may have been busy elsewhere."""
_log = logging.getLogger(__name__)


class WrongPattern(ValueError):  # noqa: N818 - pydantic takes a ValueError
    """It is no regular expression."""


class Pattern:
    """A regular expression, in the language of ``re``, whose questions end. Share it between threads."""

    def __init__(self, source: str, compiled: regex.Pattern[str]) -> None:
        self.source, self._compiled = source, compiled

    @property
    def groups(self) -> frozenset[str]:
        """The names of its groups."""
        return frozenset(self._compiled.groupindex)

    def search(self, text: str) -> Match | None:
        """The first place where it is; None as well where looking takes too long."""
        return self._ask(lambda left: self._compiled.search(text, timeout=left), None)

    def match(self, text: str, at: int = 0) -> Match | None:
        """It at this place, as ``search``."""
        return self._ask(lambda left: self._compiled.match(text, at, timeout=left), None)

    def finditer(self, text: str) -> Iterator[Match]:
        """All places, as ``search``."""
        none: list[Match] = []
        return iter(self._ask(lambda left: list(self._compiled.finditer(text, timeout=left)), none))

    def sub(self, to: str, text: str) -> str:
        """``text`` with ``to`` in its places; as it is where looking takes too long."""
        return self._ask(lambda left: self._compiled.sub(to, text, timeout=left), text)

    def forbids(self, text: str) -> str | None:
        """What of ``text`` it finds, the expression itself where looking takes too long; None: nothing."""
        found = self._ask(lambda left: self._compiled.search(text, timeout=left), self.source)
        return found if found is None or isinstance(found, str) else found.group()

    def _ask(self, question: Callable[[float], Any], otherwise: Found) -> Any | Found:
        for _ in range(2):
            try:
                return question(ASKED_S)
            except TimeoutError:
                continue
        _log.warning("a regular expression took too long and was left: %.80s", self.source)
        return otherwise


def checked(source: str) -> str:
    """``source``, for a field of a data file. Raises WrongPattern."""
    return pattern_of(source).source


@lru_cache(maxsize=8192)
def pattern_of(source: str) -> Pattern:
    """The expression. Raises WrongPattern that says what is wrong with it."""
    if len(source) > LONGEST:
        much = f"{LONGEST:,} characters, this one {len(source):,}"
        raise WrongPattern(f"a regular expression has at most {much}")
    try:
        re.compile(source)  # its language, and its words for mistakes
        compiled = regex.compile(source, regex.VERSION0)
    except (re.error, regex.error, OverflowError) as error:
        raise WrongPattern(f"not a regular expression: {error}") from error
    except RecursionError as error:
        raise WrongPattern("this regular expression has too many groups in one another") from error
    return Pattern(source, compiled)
