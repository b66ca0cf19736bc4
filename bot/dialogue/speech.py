"""How a language says money and days: the formats file, and the Jinja2 filters made from it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from jinja2 import Template, TemplateSyntaxError
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.datafile import load_model
from bot.sandbox import Sandbox

_ENVIRONMENT = Sandbox()


class Period(BaseModel):
    """A part of the day, from hour ``start`` on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: int = Field(alias="from", ge=0, le=23)
    name: str


class Speech(BaseModel):
    """The file ``speech.yml`` of a language."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    time_zone: str
    money: str
    day: str
    near_day: str
    moment: str
    honorifics: dict[str, str] = {}
    products: dict[str, str] = {}
    weekdays: list[str] = Field(min_length=7, max_length=7)
    periods: list[Period] = Field(min_length=1)
    digits: dict[str, str]
    ai_label: list[list[str]] = Field(min_length=1)

    @field_validator("money", "day", "near_day", "moment")
    @classmethod
    def _is_template(cls, source: str) -> str:
        try:
            _ENVIRONMENT.from_string(source)
        except TemplateSyntaxError as error:
            raise ValueError(f"not a Jinja2 template: {error.message}") from error
        return source

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no such time zone: {name}") from error
        return name

    @classmethod
    def load(cls, language_dir: Path) -> Self:
        """Raises DataFileError."""
        return load_model(language_dir / "speech.yml", cls)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _templates(self) -> dict[str, Template]:
        names = ("money", "day", "near_day", "moment")
        return {name: _ENVIRONMENT.from_string(getattr(self, name)) for name in names}

    def honorific(self, gender: str | None) -> str:
        """How a person of ``gender`` is addressed after the name; empty when that is not known."""
        return self.honorifics.get(gender or "", "")

    def product(self, code: str) -> str:
        """What a product of the ledger is called to the customer; an unknown code stands for itself."""
        return self.products.get(code, code)

    def say_money(self, amount: int) -> str:
        """``amount`` in minor units, as it is spoken."""
        major, minor = divmod(amount, 100)
        tenths, hundredths = divmod(minor, 10)
        return self._render("money", major=major, tenths=tenths, hundredths=hundredths)

    def say_day(self, day: date, today: date) -> str:
        """A calendar day; close ones by their relation to ``today`` first."""
        facts = self._day_facts(day, today)
        return self._render("near_day", **facts) + self._render("day", **facts)

    def say_moment(self, moment: datetime, today: date) -> str:
        """A point in time, in the zone in which the customer names days."""
        local = moment.astimezone(self.zone)
        period = max((p for p in self.periods if p.start <= local.hour), key=lambda p: p.start)
        facts = self._day_facts(local.date(), today)
        return self._render(
            "moment",
            **facts,
            hour=local.hour,
            hour12=(local.hour - 1) % 12 + 1,
            minute=local.minute,
            period=period.name,
        )

    def digits_in(self, text: str) -> str:
        """``text`` with spoken digits written as digits and all else as spaces."""
        for spoken in sorted(self.digits, key=len, reverse=True):
            text = text.replace(spoken, self.digits[spoken])
        return "".join(c if c.isascii() and (c.isdigit() or c in "Xx") else " " for c in text).upper()

    def _day_facts(self, day: date, today: date) -> dict[str, Any]:
        return {
            "year": day.year,
            "this_year": today.year,
            "month": day.month,
            "day": day.day,
            "weekday": self.weekdays[day.weekday()],
            "ahead": (day - today).days,
        }

    def _render(self, name: str, **facts: Any) -> str:
        return self._templates[name].render(facts)
