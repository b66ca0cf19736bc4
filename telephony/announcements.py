"""What networks and phone assistants say, recognised by keywords: heard → cause and number status.

The words are data (``dialogues/<language>/announcements.yml``); entries stand in order of trust there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from telephony.datafile import load_model
from telephony.status import HangupCause, NumberStatus

_AFTER_ANSWER = frozenset({HangupCause.NORMAL, HangupCause.DROPPED})


class Announcement(BaseModel):
    """One kind of announcement. Without ``status`` it says nothing of the number and outranks no SIP code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    cause: HangupCause
    status: NumberStatus | None = None
    keywords: tuple[str, ...] = Field(min_length=1)
    unmistakable: tuple[str, ...] = ()  # keywords that nobody else says: one of them counts as two hits
    spoken: tuple[str, ...] = ()  # as networks say it; the simulated line plays these

    @field_validator("keywords", "unmistakable")
    @classmethod
    def _keywords_have_letters(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        for keyword in keywords:
            if not normalise(keyword):
                raise ValueError(f"the keyword {keyword!r} holds no letter")
        return keywords

    @field_validator("cause")
    @classmethod
    def _cause_can_be_announced(cls, cause: HangupCause) -> HangupCause:
        if cause in _AFTER_ANSWER:
            raise ValueError(f"{cause.value!r} is how an answered call ends, not what is announced")
        return cause


class PeoplesWords(BaseModel):
    """What people say where a line must know it, or where a simulated one lets somebody speak."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    greetings: tuple[str, ...] = ()  # on picking up, and no machine's: whoever says one is a person
    murmurs: tuple[str, ...] = ()  # while they listen
    chatter: tuple[str, ...] = ()  # in the background, to somebody else


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    announcements: tuple[Announcement, ...] = Field(min_length=1)
    people: PeoplesWords = PeoplesWords()

    @model_validator(mode="after")
    def _each_stands_once(self) -> _File:
        for what, counts in (
            ("id", Counter(entry.id for entry in self.announcements)),
            (
                "keyword",
                Counter(normalise(word) for entry in self.announcements for word in _keywords(entry)),
            ),
        ):
            twice = [value for value, count in counts.items() if count > 1]
            if twice:
                raise ValueError(f"the {what} {twice[0]!r} stands more than once")
        return self


class Announcements:
    """The announcements of one language, most trusted first."""

    def __init__(self, entries: tuple[Announcement, ...], people: PeoplesWords | None = None) -> None:
        self.people = people or PeoplesWords()
        self._entries = {entry.id: entry for entry in entries}
        self._sure = {entry.id: frozenset(map(normalise, entry.unmistakable)) for entry in entries}
        self._greetings = tuple(map(normalise, self.people.greetings))
        self._patterns = {entry.id: _pattern(entry) for entry in entries}

    def match(self, text: str) -> Announcement | None:
        """The most trusted announcement with a keyword in ``text``, whatever its spacing and punctuation."""
        hits = self.hits(text)
        return next((entry for entry in self._entries.values() if hits[entry.id]), None)

    def hits(self, text: str) -> Counter[str]:
        """How often keywords of each announcement occur in ``text``, by its id; sure ones count twice."""
        heard = normalise(text)
        return Counter(
            {
                name: sum(2 if word in self._sure[name] else 1 for word in pattern.findall(heard))
                for name, pattern in self._patterns.items()
            }
        )

    def is_greeting(self, text: str) -> bool:
        """Whether ``text`` holds a person's greeting, which no machine says."""
        heard = normalise(text)
        return any(greeting in heard for greeting in self._greetings)

    def __getitem__(self, name: str) -> Announcement:
        """The announcement with this id. Raises KeyError."""
        return self._entries[name]

    def __iter__(self) -> Iterator[Announcement]:
        return iter(self._entries.values())


class AnnouncementListener:
    """Follows what is heard on one call and believes an announcement once its keywords were hit twice.

    One hit may be a recognition error or a person's turn of phrase; a network repeats itself.
    ``cause`` narrows it to announcements of one cause.
    """

    def __init__(
        self, known: Announcements, *, cause: HangupCause | None = None, hits_needed: int = 2
    ) -> None:
        self._known = known
        self._cause = cause
        self._hits_needed = hits_needed
        self._hits: Counter[str] = Counter()
        self.text: str | None = None  # the first sentence with a hit, as recognised

    def feed(self, text: str) -> Announcement | None:
        """Take in one more recognised sentence; the announcement, once it is believed."""
        self._hits += self._known.hits(text)
        if self.best is not None and self.text is None:
            self.text = text
        return self._believed(self._hits)

    def would_believe(self, text: str) -> Announcement | None:
        """What ``feed`` would give for ``text``, which is not taken in: it may still change."""
        return self._believed(self._hits + self._known.hits(text))

    @property
    def best(self) -> Announcement | None:
        """The most trusted announcement with any hit so far."""
        return self._best(self._hits)

    def _best(self, hits: Counter[str]) -> Announcement | None:
        wanted = (e for e in self._known if self._cause is None or e.cause is self._cause)
        return next((entry for entry in wanted if hits[entry.id]), None)

    def _believed(self, hits: Counter[str]) -> Announcement | None:
        best = self._best(hits)
        return best if best is not None and hits[best.id] >= self._hits_needed else None


def load_announcements(source: Path | Mapping[str, Any]) -> Announcements:
    """Read the lexicon from a YAML file or a mapping of the same shape. Raises LineConfigError."""
    file = load_model(source, _File, name="announcements")
    return Announcements(file.announcements, file.people)


def normalise(text: str) -> str:
    """Letters and digits of ``text`` alone, in one width and case: what recognisers agree on."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _keywords(entry: Announcement) -> tuple[str, ...]:
    return entry.keywords + entry.unmistakable


def _pattern(entry: Announcement) -> re.Pattern[str]:
    longest_first = sorted(map(normalise, _keywords(entry)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
