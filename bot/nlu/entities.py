"""All that is named in an utterance, with spans in the text as it was heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.nlu.amounts import Amounts
from bot.nlu.dates import Dates
from bot.nlu.digits import Digits
from bot.nlu.interpreter import Entity
from bot.nlu.normalize import Normalized
from bot.nlu.numerals import Numerals


class EntityFinder:
    """Dates first, then sums and digits in what the dates leave: 下周三五百块 is Wednesday, 500."""

    def __init__(self, dates: Dates, amounts: Amounts, digits: Digits, time_zone: ZoneInfo) -> None:
        self._dates, self._amounts, self._digits = dates, amounts, digits
        self.time_zone = time_zone

    @classmethod
    def load(cls, language_dir: Path, time_zone: ZoneInfo) -> EntityFinder:
        """Read the word lists of a language. Raises DataFileError."""
        numerals = Numerals.load(language_dir)
        dates, amounts = Dates.load(language_dir, numerals), Amounts.load(language_dir, numerals)
        return cls(dates, amounts, Digits(numerals), time_zone)

    def find(self, heard: Normalized, now: datetime) -> list[Entity]:
        """Entities in order, their spans and texts in the normal form. A bare 1234 is a sum and digits."""
        dates = self._dates.find(heard.text, now, self.time_zone)
        rest = heard.text
        for entity in dates:
            rest = rest[: entity.start] + "\n" * (entity.end - entity.start) + rest[entity.end :]
        sums = self._amounts.find(rest)
        digits = [d for d in self._digits.find(rest) if not any(_within(d, amount) for amount in sums)]
        found = [*dates, *sums, *digits]
        return sorted(found, key=lambda entity: (entity.start, entity.end))


def label(entity: Entity, today: date) -> str:
    """What rules and the model see of an entity: its kind, a day gone by told from one to come."""
    if isinstance(entity.value, date):
        day = entity.value.date() if isinstance(entity.value, datetime) else entity.value
        return "date" if day >= today else "past"
    return "keyword" if entity.kind == "keyword_amount" else entity.kind


def _within(inner: Entity, outer: Entity) -> bool:
    """Whether a string of digits is only the figure of a longer sum, as in 1200元."""
    inside = outer.start <= inner.start and inner.end <= outer.end
    return inside and outer.end - outer.start > inner.end - inner.start


def in_original(entities: list[Entity], heard: Normalized, original: str) -> tuple[Entity, ...]:
    """The same entities with spans and texts in the original."""
    placed = []
    for entity in entities:
        start, end = heard.span(entity.start, entity.end)
        placed.append(replace(entity, text=original[start:end], start=start, end=end))
    return tuple(placed)
