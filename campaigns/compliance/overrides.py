"""A tenant's own rules over a rule pack: a file of the pack's shape, holding only what differs.

It may tighten anything, and loosen a ``default`` as far as its ``hard``. What it may not is an error that
names the key: a house that cannot start is better than one that calls unlawfully.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr

from bot.datafile import load_model
from campaigns.compliance.arranged import ArrangedYear
from campaigns.compliance.facts import LineType
from campaigns.compliance.gates import GateReason
from campaigns.compliance.hours import ClockTime
from campaigns.compliance.limits import Count, CountOverride, HoursOverride, Section
from campaigns.compliance.people import Ground, Who
from campaigns.compliance.sections import Name
from campaigns.compliance.text_rules import TextRulesOverride
from telephony.status import HangupCause, NumberStatus


class InForceOverride(Section):
    """``until``: a date to review the pack by; after it no call is allowed."""

    until: date | None = None


class DaysOffOverride(Section):
    """``closed``: no calls on days off. ``dates`` are further days off. ``arranged``: the holidays of years
    that the calendar does not know yet, as they were announced.
    """

    closed: Literal[True] | None = None
    dates: tuple[date, ...] = ()
    arranged: tuple[ArrangedYear, ...] = ()
    window: HoursOverride = HoursOverride()


class TimesOverride(Section):
    window: HoursOverride = HoursOverride()
    days_off: DaysOffOverride = DaysOffOverride()
    last_start_margin_s: CountOverride = CountOverride()


class RegionOverride(Section):
    start: ClockTime | None = None
    caps: dict[Name, Count] = Field(default_factory=dict)
    all_party: Literal[True] | None = None


class CooldownOverride(Section):
    after_talk_h: CountOverride = CountOverride()
    after_talk_days: CountOverride = CountOverride()
    after_promise_days: CountOverride = CountOverride()


class DebtorAgreedOverride(Section):
    """``skips: []`` takes the privileges of an agreed callback away, ``may_widen: false`` those of agreed
    hours.
    """

    skips: tuple[Literal["min_gap", "after_talk"], ...] | None = None
    grace_min: Count | None = None
    may_widen: Literal[False] | None = None


class ConsentOverride(Section):
    """``needed_for``: further kinds of line."""

    needed_for: tuple[LineType, ...] = ()


class GateOverride(Section):
    """A stricter gate; one that the pack has not needs ``reason``."""

    then: Literal["stop"] = "stop"
    reason: GateReason | None = None
    max_age_days: Count | None = None
    required: Literal[True] | None = None


class FirstNoticeOverride(Section):
    within_days: CountOverride = CountOverride()


class ThirdPartiesOverride(Section):
    grounds: tuple[Ground, ...] | None = None
    failures_in_a_row: Count | None = None


class StateOverride(Section):
    attempts: Count | None = None
    within_h: Count | None = None
    max_age_h: Count | None = None


class FloorsOverride(Section):
    recordings: CountOverride = CountOverride()
    transcripts: CountOverride = CountOverride()
    decisions: CountOverride = CountOverride()


class RetentionOverride(FloorsOverride):
    products: dict[str, FloorsOverride] = Field(default_factory=dict)


class Overrides(Section):
    """What a tenant sets differently. ``pack`` names the rule pack that the file was written for."""

    schema_: Literal["xiaorong-rulepack-overrides/1"] = Field(alias="schema")
    pack: Name
    in_force: InForceOverride = InForceOverride()
    times: TimesOverride = TimesOverride()
    regions: dict[Name, RegionOverride] = Field(default_factory=dict)
    caps: dict[Name, CountOverride] = Field(default_factory=dict)
    min_gap_min: dict[HangupCause | Literal["otherwise"], CountOverride] = Field(default_factory=dict)
    cooldown: CooldownOverride = CooldownOverride()
    debtor_agreed: DebtorAgreedOverride = DebtorAgreedOverride()
    consent: ConsentOverride = ConsentOverride()
    gates: dict[Name, GateOverride] = Field(default_factory=dict)
    first_notice: FirstNoticeOverride = FirstNoticeOverride()
    number_states: dict[NumberStatus, StateOverride] = Field(default_factory=dict)
    who: dict[Name, Who] = Field(default_factory=dict)
    third_parties: ThirdPartiesOverride = ThirdPartiesOverride()
    cases_that_do_not_bar: tuple[Name, ...] | None = None
    texts: TextRulesOverride = TextRulesOverride()
    retention_days: RetentionOverride = RetentionOverride()

    _source: Path | None = PrivateAttr(default=None)

    @property
    def source(self) -> Path | None:
        """The file these were read from."""
        return self._source


def load_overrides(path: Path) -> Overrides:
    """Read a tenant's file. Raises DataFileError; whether it fits a pack, ``effective`` says."""
    overrides = load_model(path, Overrides)
    overrides._source = path
    return overrides
