"""The rule-pack format: one YAML file a jurisdiction.

Every key is checked; a mistake names file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from bot.datafile import load_model
from bot.errors import DataFileError
from campaigns.compliance.aftermath import Aftermath
from campaigns.compliance.gates import ConsentRule, FirstNotice, Gate
from campaigns.compliance.keeping import Retention
from campaigns.compliance.limits import AtLeast, Section
from campaigns.compliance.people import ThirdParties, Who
from campaigns.compliance.sections import (
    Cap,
    Cooldown,
    DebtorAgreed,
    Dialler,
    InForce,
    Name,
    Region,
    StateRule,
    Times,
    Voicemail,
)
from campaigns.compliance.sources import Basis, Source, basis_of
from campaigns.compliance.speaking import Speak
from campaigns.compliance.text_rules import TextRules
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
    consent: ConsentRule
    gates: dict[Name, Gate] = Field(default_factory=dict)
    first_notice: FirstNotice | None = None
    number_states: dict[NumberStatus, StateRule]
    who: dict[Name, Who]
    third_parties: ThirdParties | None = None  # None: nobody but the debtor, by anybody
    cases_that_do_not_bar: tuple[Name, ...] = ()
    permit_lifetime_s: Annotated[int, Field(strict=True, ge=1, le=60)]
    dialler: Dialler | None = None
    texts: TextRules | None = None  # None: no text messages
    speak: Speak
    voicemail: Voicemail
    retention_days: Retention
    aftermath: Aftermath
    sources: dict[Name, Source] = Field(min_length=1)
    basis: dict[str, Basis]

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
    def _a_revocation_outruns_a_permit(self) -> Self:
        effect = self.consent.revocation_effect_s.default
        if self.permit_lifetime_s > effect:
            raise ValueError(
                f"permit_lifetime_s is longer than consent.revocation_effect_s, which is {effect}"
            )
        return self

    @model_validator(mode="after")
    def _every_rule_has_a_source(self) -> Self:
        content = self.model_dump(mode="json", by_alias=True, exclude={"sources", "basis"})
        for rule, basis in self.basis.items():
            if not _leads_somewhere(content, rule):
                raise ValueError(f"basis.{rule}: the pack has no such rule")
            for source in (*basis.hard, *basis.default):
                if source not in self.sources:
                    raise ValueError(f"basis.{rule}: there is no source {source!r}")
        if bare := [rule for rule in _rules(content) if basis_of(rule, self.basis) is None]:
            raise ValueError(f"basis says nothing of {', '.join(bare)}")
        return self

    @model_validator(mode="after")
    def _regions_name_caps(self) -> Self:
        for key, region in self.regions.items():
            if unknown := sorted(region.caps.keys() - self.caps.keys()):
                raise ValueError(f"regions.{key}.caps: there is no cap {', '.join(unknown)}")
        return self


_NO_RULES = frozenset({"schema", "id", "version"})
_SPLIT = frozenset({"times", "caps", "cooldown", "gates", "retention_days"})


def _rules(content: dict[str, Any]) -> Iterator[str]:
    """The rules that each need a source: the sections, and every entry of those that hold several."""
    for section, value in content.items():
        if section in _NO_RULES or value is None:
            continue
        if section in _SPLIT:
            yield from (f"{section}.{key}" for key, part in value.items() if part not in (None, {}))
        else:
            yield section


def _leads_somewhere(content: dict[str, Any], rule: str) -> bool:
    value: Any = content
    for part in rule.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return value is not None


def load_pack(name: str, folder: Path = PACKS) -> RulePack:
    """The rule pack ``name`` of ``folder`` (default: those that ship). Raises DataFileError."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(pack_names(folder)) or "none"
        raise DataFileError(str(path), f"there is no rule pack {name!r}; known: {known}")
    pack = load_pack_file(path)
    if pack.id != name:
        raise DataFileError(
            str(path), f"the pack calls itself {pack.id!r}; id and file name must agree", key="id"
        )
    return pack


def load_pack_file(path: Path) -> RulePack:
    """A rule pack wherever it lies, such as a draft. Raises DataFileError."""
    return load_model(path, RulePack)


def pack_names(folder: Path = PACKS) -> list[str]:
    """The rule packs of ``folder``, by name."""
    return sorted(file.stem for file in folder.glob("*.yaml"))
