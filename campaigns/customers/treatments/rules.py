"""Treatments as data: whom each is for, what is done, how often, and with what authority."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from campaigns.grading.conditions import Condition, parse_condition
from campaigns.grading.facts import with_own
from campaigns.grading.features import Kind
from campaigns.grading.rules import GRADES, Identifier

TAG_FACT: Final = "tag_"  # prefix of the facts 1 or 0 that say whether a customer has a tag

Days = Annotated[int, Field(ge=1, le=366)]


class Action(StrEnum):
    """What is done for a customer."""

    FIND_NUMBER = "find_number"
    RELIEF_OFFER = "relief_offer"
    REMINDER_CALL = "reminder_call"
    REMINDER_SMS = "reminder_sms"
    REVIEW_LIMIT = "review_limit"
    CROSS_SELL = "cross_sell"
    MARKETING_CALL = "marketing_call"


CALLS: Final = frozenset({Action.RELIEF_OFFER, Action.REMINDER_CALL, Action.MARKETING_CALL})
CONTACTS: Final = CALLS | {Action.REMINDER_SMS, Action.CROSS_SELL}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Frequency(_Part):
    """Days between contacts for each grade."""

    A: Days
    B: Days
    C: Days
    D: Days

    def of(self, grade: str | None) -> int:
        """Who has no grade is left alone the longest."""
        by_grade = {"A": self.A, "B": self.B, "C": self.C, "D": self.D}
        return max(by_grade.values()) if grade is None else by_grade[grade]


def _for_each_grade(days: object) -> object:
    """One number stands for all grades."""
    return dict.fromkeys(GRADES, days) if isinstance(days, int) else days


class Authority(_Part):
    """What relief a bot may speak of: ``at_most`` in minor units; ``approved_by`` empty: by anybody."""

    at_most: int = Field(ge=1, le=10**11, strict=True)
    approved_by: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        names = f" and relief_approved_by in {list(self.approved_by)!r}" if self.approved_by else ""
        return f"0 < relief_waives <= {self.at_most}{names}"


class Treatment(_Part):
    """One treatment; the shipped file says what each key means."""

    id: Identifier
    title: str = Field(min_length=1, max_length=80)
    when: str | None = None
    tags: tuple[Identifier, ...] = ()
    without_tags: tuple[Identifier, ...] = ()
    actions: tuple[Action, ...] = ()
    every_days: Annotated[Frequency, BeforeValidator(_for_each_grade)] | None = None
    flow: str | None = None
    sms: Identifier = "account_notice"
    authority: Authority | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        actions = set(self.actions)
        if bool(actions & CONTACTS) != (self.every_days is not None):
            raise ValueError("every_days goes with actions that contact the customer, and only with them")
        if bool(actions & CALLS) != (self.flow is not None):
            raise ValueError("flow goes with actions that call the customer, and only with them")
        if (Action.RELIEF_OFFER in actions) != (self.authority is not None):
            raise ValueError("authority goes with relief_offer, and only with it")
        return self

    def days_between(self, grade: str | None) -> int | None:
        """Days between two contacts; None when there are none."""
        return None if self.every_days is None else self.every_days.of(grade)

    @property
    def condition(self) -> str | None:
        """All that a customer must be, as one condition; None: nothing."""
        parts = [f"({self.when})"] if self.when is not None else []
        parts += [f"{TAG_FACT}{tag} == 1" for tag in self.tags]
        parts += [f"{TAG_FACT}{tag} == 0" for tag in self.without_tags]
        parts += [self.authority.condition] if self.authority is not None else []
        return " and ".join(parts) or None


class Treatments(_Part):
    """A treatment file as read; ``treatmentfile.load_treatments`` also checks its conditions."""

    version: str = Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=48)
    attributes: tuple[Identifier, ...] = ()
    check_first: tuple[Literal["active", "unknown", "waiting"], ...] = ()  # before a call
    treatments: tuple[Treatment, ...] = Field(min_length=1)

    @property
    def tags(self) -> list[str]:
        """Every tag that some treatment asks for."""
        return sorted({tag for each in self.treatments for tag in (*each.tags, *each.without_tags)})

    @property
    def facts(self) -> dict[str, Kind]:
        """What conditions may name."""
        return with_own(self.attributes) | {TAG_FACT + tag: Kind.INTEGER for tag in self.tags}

    @property
    def conditions(self) -> dict[str, Condition]:
        """The condition of each treatment that has one. Raises ConditionError."""
        facts = self.facts
        texts = {each.id: each.condition for each in self.treatments}
        return {id_: parse_condition(text, facts) for id_, text in texts.items() if text is not None}

    @property
    def label(self) -> str:
        """The version and a digest of the content."""
        return f"{self.version}+{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]}"
