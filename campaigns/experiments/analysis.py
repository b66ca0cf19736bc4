"""What an experiment shows so far, arm by arm: by intention to treat.

Every customer counts in the arm that they were put into, called or not, from the day they were put into it.
Anything else compares customers who chose themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.experiments.design import Arm, Design, Kind
from campaigns.experiments.intervals import Interval, Sample, mean, mean_difference, newcombe, wilson
from campaigns.experiments.power import customers_needed, detectable
from campaigns.experiments.split import Split, check_split

MEASURES = ("connected", "right_party", "promise", "kept", "paid", "guardrail")
OF_CALLS = frozenset({"connected", "right_party", "promise", "kept"})
"""Measures of our own calls: an arm that the bot does not call has none, which is no effect."""
WATCHED = "paid"
"""The measure that sample sizes are worked out for."""


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Customers of one arm, and how many of them each measure holds for; ``money``: paid, in minor units.

    connected    a person answered a call of the experiment's campaigns
    right_party  the customer's identity was confirmed in one
    promise      a promise to pay was recorded in one
    kept         a promise of one was kept
    paid         at least one payment arrived within the days that count
    guardrail    a complaint or a stop word in a call, or a bar on calls for such a reason, in those days
    """

    arm: str
    customers: int
    ripe: int  # whose days are all over
    connected: int
    right_party: int
    promise: int
    kept: int
    paid: int
    guardrail: int
    money: Sample | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of an arm, and less the reference arm's. None: there is nothing to measure or compare."""

    measure: str
    hits: int
    value: Interval | None
    difference: Interval | None


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm. ``money`` is per customer of the arm, in minor units."""

    arm: Arm
    customers: int
    ripe: int
    measures: tuple[Measured, ...]
    money: Interval | None
    money_difference: Interval | None
    detectable: float | None  # rise in the watched measure over the reference that this size would show


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """``needed``: customers an arm of equal size needs for ``wanted`` more of the watched measure.

    ``currency`` None: no payment yet, or more than one currency, which are never added.
    """

    design: Design
    as_of: datetime
    days: int
    campaigns: tuple[str, ...]
    running: bool
    arms: tuple[ArmResult, ...]
    split: Split
    currency: str | None
    wanted: float
    needed: int | None

    @property
    def unripe(self) -> int:
        """Customers whose days are not over: their outcome may still change."""
        return sum(arm.customers - arm.ripe for arm in self.arms)


WANTED = 0.02


def analyse(
    design: Design,
    counts: dict[str, ArmCounts],
    *,
    as_of: datetime,
    days: int,
    campaigns: tuple[str, ...],
    running: bool,
    currency: str | None,
    wanted: float = WANTED,
) -> ExperimentReport:
    """The report of these counts, one an arm of the design."""
    reference = counts[design.reference.name]
    base = reference.paid / reference.customers if reference.customers else None
    needed = None
    if base is not None and base + wanted <= 1:
        needed = customers_needed(base, wanted)[0]
    return ExperimentReport(
        design=design,
        as_of=as_of,
        days=days,
        campaigns=campaigns,
        running=running,
        arms=tuple(_arm(arm, counts[arm.name], reference, base) for arm in design.arms),
        split=check_split(
            [counts[arm.name].customers for arm in design.arms], [arm.share for arm in design.arms]
        ),
        currency=currency,
        wanted=wanted,
        needed=needed,
    )


def _arm(arm: Arm, counts: ArmCounts, reference: ArmCounts, base: float | None) -> ArmResult:
    itself = counts.arm == reference.arm
    money = mean(counts.money) if counts.money else None
    more = None
    if not itself and counts.money and reference.money:
        more = mean_difference(counts.money, reference.money)
    least = None
    if not itself and base is not None:
        least = detectable(base, reference.customers, counts.customers)
    return ArmResult(
        arm=arm,
        customers=counts.customers,
        ripe=counts.ripe,
        measures=tuple(_measure(name, arm, counts, reference) for name in MEASURES),
        money=money,
        money_difference=more,
        detectable=least,
    )


def _measure(name: str, arm: Arm, counts: ArmCounts, reference: ArmCounts) -> Measured:
    hits = getattr(counts, name)
    if name in OF_CALLS and arm.kind is not Kind.SCRIPT:
        return Measured(name, hits, None, None)
    difference = None
    if counts.arm != reference.arm:
        difference = newcombe(hits, counts.customers, getattr(reference, name), reference.customers)
    return Measured(name, hits, wilson(hits, counts.customers), difference)
