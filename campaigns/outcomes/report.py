"""The report of one campaign as plain values. The store fills it in; terminal, CSV and HTML show it.

A *dial* is one attempt handed to the line. *Connected* means that a person (or a silence, but no machine) was
at the other end. Money is in minor units, one entry a currency: amounts of two currencies are never added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


def rate(part: int, whole: int) -> float | None:
    """``part`` of ``whole`` as a fraction; None where there is nothing to be a part of."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Customers, by the furthest stage each reached; every stage includes those of the later ones.

    loaded       members of the campaign
    eligible     at least one decision allowed a call to them in this campaign; a member not decided on yet,
                 or only deferred or refused so far, is not eligible
    dialed       at least one dial was placed that rang or could have rung: trunk faults do not count
    connected    at least one call was answered by somebody who is not a machine
    right_party  in at least one call the customer's identity was confirmed
    promise      at least one promise to pay was recorded, whatever became of it
    """

    loaded: int
    eligible: int
    dialed: int
    connected: int
    right_party: int
    promise: int

    def stages(self) -> tuple[FunnelStage, ...]:
        """The stages in order, each with its rates."""
        counts = [(name, getattr(self, name)) for name in STAGES]
        before = [None, *(count for _, count in counts)]
        return tuple(
            FunnelStage(
                name, count, rate(count, self.loaded), None if previous is None else rate(count, previous)
            )
            for (name, count), previous in zip(counts, before, strict=False)
        )


STAGES = ("loaded", "eligible", "dialed", "connected", "right_party", "promise")


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage: the customers that reached it, and their share of all loaded and of the stage before."""

    name: str
    customers: int
    of_loaded: float | None
    of_previous: float | None


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """The campaign itself. ``as_of`` is the time of its latest decision or attempt, None before the first."""

    id: int
    name: str
    flow: str
    state: str
    pause_reason: str | None
    started_at: datetime | None
    finished_at: datetime | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class GradeFunnel:
    """The funnel of the customers who have this grade now; ``letter`` is None for those without one."""

    letter: str | None
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class HourRow:
    """Dials by the local hour (0–23) in which they were placed, and what came of them."""

    hour: int
    dials: int
    connected: int
    right_party: int
    promises: int


@dataclass(frozen=True, slots=True)
class DispositionRow:
    """Attempts that ended with one code, over ``customers`` different people. ``talk_s``: whole seconds."""

    code: str
    attempts: int
    customers: int
    connected: int
    right_party: int
    talk_s: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Decisions with one verdict (allow, defer, refuse) and reason, over ``customers`` different people.

    ``holds_back`` of them have never been allowed, and this was the latest word on them.
    """

    verdict: str
    reason: str
    decisions: int
    customers: int
    holds_back: int


@dataclass(frozen=True, slots=True)
class AttemptTotals:
    """Attempts of the campaign. reserved = dials + never placed; live ones are reserved or dialing now."""

    reserved: int
    dials: int
    trunk_faults: int  # dials that the line could not place: nothing rang, the number is not charged
    lost: int  # a crash hid how they ended
    live: int
    connected: int
    right_party: int
    promises: int

    @property
    def contact_rate(self) -> float | None:
        """Connected dials of all dials that the line placed."""
        return rate(self.connected, self.dials - self.trunk_faults)

    @property
    def right_party_rate(self) -> float | None:
        """RPC rate: right-party contacts of all dials that the line placed."""
        return rate(self.right_party, self.dials - self.trunk_faults)

    @property
    def promise_rate(self) -> float | None:
        """PTP rate: promises of right-party contacts."""
        return rate(self.promises, self.right_party)


@dataclass(frozen=True, slots=True)
class PromiseTotals:
    """Promises in one currency. ``amount``, ``relief`` (the most waived) and ``with_…`` leave out the
    cancelled.
    """

    currency: str
    amount_due: int  # owed by all loaded customers on the campaign's accounts, as last imported
    promises: int
    amount: int
    with_relief: int
    relief: int
    with_rest: int  # of a part first, with a day named for the rest
    with_plan: int  # of the first payment of an instalment plan
    pending: int
    kept: int
    broken: int
    cancelled: int

    @property
    def promised_rate(self) -> float | None:
        """Promised money of all money due."""
        return rate(self.amount, self.amount_due)

    @property
    def kept_rate(self) -> float | None:
        """Promise-kept rate: kept of those whose day has come."""
        return rate(self.kept, self.kept + self.broken)


@dataclass(frozen=True, slots=True)
class ReliefTotals:
    """Relief accepted in the campaign's calls, in one currency: offers, and what they waive."""

    currency: str
    booked: int
    booked_amount: int
    pending: int
    pending_amount: int
    lapsed: int
    lapsed_amount: int


@dataclass(frozen=True, slots=True)
class InboundTotals:
    """Calls by members who called in since the campaign was made. None of them is a dial or an attempt.

    ``talk_s``: whole seconds from answer to end.
    """

    calls: int
    customers: int
    right_party: int
    promises: int
    talk_s: int


@dataclass(frozen=True, slots=True)
class TalkTime:
    """Time from answer to end of connected calls, whole seconds."""

    calls: int
    total_s: int
    longest_s: int

    @property
    def mean_s(self) -> float | None:
        return rate(self.total_s, self.calls)


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Numbers the campaign tried, by what is known of them; ``learnt``: since it first tried them."""

    status: str
    source: str
    numbers: int
    learnt: int


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often one code occurs."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """Everything the report shows. ``zone`` is the name of the zone that hours and times are in."""

    campaign: CampaignFacts
    zone: str
    funnel: Funnel
    undecided: int  # members on whom no decision has been taken yet
    by_grade: tuple[GradeFunnel, ...]
    by_hour: tuple[HourRow, ...]
    dispositions: tuple[DispositionRow, ...]
    reasons: tuple[ReasonRow, ...]
    attempts: AttemptTotals
    promises: tuple[PromiseTotals, ...]
    talk: TalkTime
    inbound: InboundTotals
    numbers: tuple[NumberRow, ...]
    follow_ups: tuple[CodeCount, ...]
    messages: tuple[CodeCount, ...]
    suppressions: tuple[CodeCount, ...]
    relief: tuple[ReliefTotals, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One customer's way through the campaign; ``customer`` is the lender's own key.

    No name, and the number masked. Times are local to the report's zone.
    """

    customer: str
    grade: str | None
    stage: str
    state: str
    outcome: str | None
    reason: str | None
    attempts: int
    number: str | None
    last_disposition: str | None
    last_dial: datetime | None
    talk_s: int
    currency: str
    amount_due: int
    promised: int | None
    promise_due: date | None
    promise_rest_due: date | None
    promise_instalments: int | None  # of the plan whose first payment was promised
    promise_state: str | None
    promise_reason: str | None
    relief: int | None
    calls_in: int  # by this customer since the campaign was made
