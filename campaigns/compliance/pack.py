"""The rule-pack format: one YAML file a jurisdiction.

Every key is checked; a mistake names file, line and key.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from bot.datafile import load_model
from bot.errors import DataFileError
from campaigns.compliance.aftermath import Aftermath
from campaigns.compliance.limits import AtLeast, Section
from campaigns.compliance.sections import (
    Cap,
    Cooldown,
    DebtorAgreed,
    InForce,
    Name,
    Region,
    Retention,
    StateRule,
    Times,
    Voicemail,
    Who,
)
from telephony.status import HangupCause, NumberStatus

PACKS = Path(__file__).with_name("packs")


class RulePack(Section):
    """One jurisdiction's rules as the file states them. ``effective.py`` turns it into what decisions use."""

    schema_: Literal["xiaorong-rulepack/1"] = Field(alias="schema")
    id: Name
    version: date
    in_force: InForce
    times: Times
    regions: dict[Name, Region] = Field(default_factory=dict)
    caps: dict[Name, Cap] = Field(min_length=1)
    min_gap_min: dict[HangupCause | Literal["otherwise"], AtLeast]
    cooldown: Cooldown
    debtor_agreed: DebtorAgreed
    number_states: dict[NumberStatus, StateRule]
    who: dict[Name, Who]
    cases_that_do_not_bar: tuple[Name, ...] = ()
    permit_lifetime_s: Annotated[int, Field(strict=True, ge=1, le=60)]
    voicemail: Voicemail
    retention_days: Retention
    aftermath: Aftermath

    @property
    def identity(self) -> str:
        """Id and version, such as ``cn-mainland@2026-11-23``."""
        return f"{self.id}@{self.version}"

    @field_validator("number_states")
    @classmethod
    def _every_state(cls, states: dict[NumberStatus, StateRule]) -> dict[NumberStatus, StateRule]:
        if missing := [status.value for status in NumberStatus if status not in states]:
            raise ValueError(f"nothing is said of {', '.join(missing)}")
        if states[NumberStatus.UNKNOWN].attempts != 0:
            raise ValueError("a number in unknown state is never called")
        return states

    @field_validator("min_gap_min")
    @classmethod
    def _a_gap_for_every_outcome(cls, gaps: dict[str, AtLeast]) -> dict[str, AtLeast]:
        if "otherwise" not in gaps:
            raise ValueError("the key otherwise is missing")
        return gaps

    @model_validator(mode="after")
    def _regions_name_caps(self) -> Self:
        for key, region in self.regions.items():
            if unknown := sorted(region.caps.keys() - self.caps.keys()):
                raise ValueError(f"regions.{key}.caps: there is no cap {', '.join(unknown)}")
        return self


def load_pack(name: str, folder: Path = PACKS) -> RulePack:
    """The rule pack ``name`` of ``folder`` (default: those that ship). Raises DataFileError."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml"))) or "none"
        raise DataFileError(str(path), f"there is no rule pack {name!r}; known: {known}")
    pack = load_model(path, RulePack)
    if pack.id != name:
        raise DataFileError(
            str(path), f"the pack calls itself {pack.id!r}; id and file name must agree", key="id"
        )
    return pack
