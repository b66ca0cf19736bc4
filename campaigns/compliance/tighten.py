"""Applies a tenant's overrides to a rule pack; refuses what would loosen it."""

from __future__ import annotations

from campaigns.compliance import tighten_sections as to
from campaigns.compliance.limits import LooseningError
from campaigns.compliance.overrides import Overrides
from campaigns.compliance.pack import RulePack
from campaigns.compliance.sources import Basis, Seen, Source
from campaigns.compliance.tighten_steps import at, each, fewer, limits, optional

OVERRIDES = "overrides"


def tighten(pack: RulePack, by: Overrides) -> RulePack:
    """``pack`` with ``by`` applied.

    Raises LooseningError with the key of the first setting that goes too far.
    """
    if by.pack != pack.id:
        raise LooseningError(f"this file is for {by.pack!r}, not for {pack.id!r}", "pack")
    changes = {
        "in_force": at("in_force", lambda until: to.in_force(pack.in_force, until), by.in_force.until),
        "times": at("times", lambda change: to.times(pack.times, change), by.times),
        "regions": each("regions", pack.regions, by.regions, lambda rule, c: to.region(rule, c, pack.caps)),
        "caps": each("caps", pack.caps, by.caps, lambda cap, change: cap.tightened(change)),
        "min_gap_min": each("min_gap_min", pack.min_gap_min, by.min_gap_min, lambda gap, c: gap.tightened(c)),
        "cooldown": at("cooldown", lambda change: limits(pack.cooldown, change), by.cooldown),
        "debtor_agreed": at("debtor_agreed", lambda c: to.agreed(pack.debtor_agreed, c), by.debtor_agreed),
        "consent": to.consent(pack.consent, by.consent),
        "gates": to.gates(pack.gates, by.gates),
        "first_notice": at("first_notice", lambda c: optional(pack.first_notice, c), by.first_notice),
        "number_states": each("number_states", pack.number_states, by.number_states, to.state),
        "who": each("who", pack.who, by.who, to.who),
        "third_parties": at(
            "third_parties", lambda c: to.third_parties(pack.third_parties, c), by.third_parties
        ),
        "cases_that_do_not_bar": fewer(
            "cases_that_do_not_bar", pack.cases_that_do_not_bar, by.cases_that_do_not_bar
        ),
        "texts": at("texts", lambda c: to.texts(pack.texts, c), by.texts),
        "retention_days": at(
            "retention_days", lambda c: to.retention(pack.retention_days, c), by.retention_days
        ),
    }
    return pack.model_copy(update=changes | _sources(pack, by))


def _sources(pack: RulePack, by: Overrides) -> dict[str, object]:
    """A gate that only this house has rests on the house."""
    new = sorted(by.gates.keys() - pack.gates.keys())
    if not new:
        return {}
    here = Source(title="House rules of this installation", seen=Seen.HOUSE)
    return {
        "sources": {**pack.sources, OVERRIDES: here},
        "basis": {**pack.basis, **{f"gates.{name}": Basis(default=(OVERRIDES,)) for name in new}},
    }
