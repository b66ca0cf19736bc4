"""Days and times as they are spoken, anchored on the moment of the call. The words and patterns are data."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.datafile import load_model
from bot.nlu.date_values import Atom, DateValues
from bot.nlu.date_words import DateWords, Pattern
from bot.nlu.interpreter import Entity
from bot.nlu.numerals import Numerals
from bot.nlu.patterns import alternatives, compiled

_CALENDAR, _RELATIVE = frozenset({"iso", "month_day"}), frozenset({"day_word"})
_SHORT_PART = Pattern.model_validate({"as": "daypart", "pattern": ""})


class Dates:
    """Finds dates and times in normalised text."""

    def __init__(self, words: DateWords, numerals: Numerals, file: str) -> None:
        self._words, self._values = words, DateValues(words, numerals)
        self._rules = list(words.compiled(numerals, file))
        self._short_part = re.compile(f"(?P<daypart>{alternatives(words.short_dayparts)})")
        self._between = compiled(words.between, file, "between")
        self._deadline = compiled(words.deadline, file, "deadline")
        self._vague = [
            (name, compiled(pattern, file, f"vague.{name}"))
            for name, patterns in words.vague.items()
            for pattern in patterns
        ]

    @classmethod
    def load(cls, language_dir: Path, numerals: Numerals) -> Dates:
        """Read ``dates.yml``. Raises DataFileError."""
        path = language_dir / "dates.yml"
        return cls(load_model(path, DateWords), numerals, str(path))

    def find(self, text: str, now: datetime, time_zone: ZoneInfo) -> list[Entity]:
        """Dates, datetimes and vague dates in ``text``, in order; ``now`` is read in ``time_zone``."""
        local = now.astimezone(time_zone)
        entities = []
        for group in self._groups(self._atoms(text)):
            if len(group) == 1 and text[group[0].start : group[0].end] in self._words.only_with_day:
                continue
            try:
                value = self._values.value(group, local)
            except (OverflowError, ValueError):  # a day beyond the calendar: nothing that was meant
                continue
            if value is not None:
                kind = "datetime" if isinstance(value, datetime) else "date"
                start = group[0].start
                end = self._deadline.match(text, group[-1].end)
                stop = end.end() if end else group[-1].end
                entities.append(Entity(kind, value, text[start:stop], start, stop))
        return self._with_vague(text, entities)

    def _with_vague(self, text: str, dates: list[Entity]) -> list[Entity]:
        """Add what names a day without saying which; no part of a date is one."""
        found = list(dates)
        for name, pattern in self._vague:
            for match in pattern.finditer(text):
                if all(match.end() <= other.start or other.end <= match.start() for other in found):
                    found.append(Entity("vague_date", name, match[0], *match.span()))
        return sorted(found, key=lambda entity: entity.start)

    def _atoms(self, text: str) -> list[Atom]:
        """Matches that do not overlap: leftmost first, then longest, then as ordered in the data."""
        found = [
            Atom(rule, {k: v for k, v in match.groupdict().items() if v}, *match.span())
            for rule, pattern in self._rules
            for match in pattern.finditer(text)
        ]
        found.sort(key=lambda atom: (atom.start, -atom.end))
        chosen: list[Atom] = []
        for atom in found:
            if not chosen or atom.start >= chosen[-1].end:
                chosen.append(atom)
                if atom.rule.kind not in ("day_word", "short_day"):
                    continue
                part = self._short_part.match(text, atom.end)
                if part and not any(a.start == atom.end and a.end > part.end() for a in found):
                    chosen.append(Atom(_SHORT_PART, part.groupdict(), *part.span()))
        return self._with_gaps(text, _once(chosen))

    def _with_gaps(self, text: str, atoms: list[Atom]) -> list[Atom]:
        """Let an atom reach over the words that tie it to a time of day behind it (明天的 上午)."""
        tied = []
        for atom, after in zip(atoms, [*atoms[1:], None], strict=False):
            gap = self._between.match(text, atom.end)
            if after is not None and after.is_time and gap and gap.end() == after.start:
                atom = Atom(atom.rule, atom.groups, atom.start, after.start)
            tied.append(atom)
        return tied

    @staticmethod
    def _groups(atoms: list[Atom]) -> list[list[Atom]]:
        """Join a day, a part of the day and a time that follow one another."""
        order = {"daypart": 1, "clock": 2}
        groups: list[list[Atom]] = []
        for atom in atoms:
            rank = order.get(atom.rule.kind, 0)
            joins = groups and groups[-1][-1].end == atom.start
            if joins and rank > order.get(groups[-1][-1].rule.kind, 0):
                groups[-1].append(atom)
            else:
                groups.append([atom])
        return groups


def _once(atoms: list[Atom]) -> list[Atom]:
    """A day that is named twice on end is one day: 明天12月1日星期二, as the bot itself reads days out.

    The date of the calendar is the one that is meant; a day of the week behind it only says it again.
    """
    days: list[Atom] = []
    for atom in atoms:
        before = days[-1] if days and days[-1].end == atom.start else None
        kind = before.rule.kind if before is not None else None
        if before is not None and kind in _CALENDAR | _RELATIVE and _is_bare_weekday(atom):
            days[-1] = Atom(before.rule, before.groups, before.start, atom.end)
        elif before is not None and kind in _RELATIVE and atom.rule.kind in _CALENDAR:
            days[-1] = Atom(atom.rule, atom.groups, before.start, atom.end)
        else:
            days.append(atom)
    return days


def _is_bare_weekday(atom: Atom) -> bool:
    return atom.rule.kind == "weekday" and "week_shift" not in atom.groups
