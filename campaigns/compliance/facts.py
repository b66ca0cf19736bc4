"""Everything that one decision weighs, as plain values. Whoever holds the ledger fills it; nothing here is
guessed.

All times are aware. A fact that is not known is given as such (None, ``unknown``), never left to a default
that allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.hours import Hours
from campaigns.compliance.personal import PersonalHours
from telephony.status import NumberStatus


class Purpose(StrEnum):
    """What a call is for. Values are on record."""

    REMINDER = "reminder"  # of an amount that is due
    BROKEN_PROMISE = "broken_promise"  # to pay, and not made good since
    MARKETING = "marketing"  # an invitation to a customer who owes nothing


class LineType(StrEnum):
    """What kind of line a number is."""

    WIRELESS = "wireless"
    LANDLINE = "landline"
    UNKNOWN = "unknown"


class Consent(StrEnum):
    """Whether the customer agreed to be called by an artificial voice on a number."""

    NONE = "none"  # nothing on file
    GIVEN = "given"
    REVOKED = "revoked"  # for this number or for all


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """The number that would be dialled."""

    id: int  # the store's id: the number itself is not needed here
    relation: str  # whose number it is: a key of the rule pack's ``who``
    status: NumberStatus  # UNKNOWN when it was never checked
    status_at: datetime | None  # when the status was learnt; None counts as stale
    generated: bool  # from a range that can reach nobody
    zones: tuple[str, ...] = ()  # IANA zones that its area code lies in; empty: not known
    line: LineType = LineType.UNKNOWN
    consent: Consent = Consent.NONE


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One reserved or placed attempt, whatever became of it.

    Reserved ones count: a crash never adds a call.
    """

    at: datetime  # when it was dialled, or reserved if it never was
    charged: bool = (
        True  # False only where a trunk fault meant that nothing rang: such an attempt does not count
    )
    outcome: str | None = None  # its disposition code; None while it lives, or when it was lost
    ended_at: datetime | None = None
    debt: int | None = None  # the account it was about; None, not known, counts for every one

    @property
    def last_at(self) -> datetime:
        """The last moment known of it."""
        return self.at if self.ended_at is None else max(self.at, self.ended_at)


@dataclass(frozen=True, slots=True)
class TalkFact:
    """One effective talk with the debtor: identity confirmed, or 30 s of speech both ways; counted when in
    doubt.
    """

    at: datetime  # when it was answered
    by: str = "bot"  # bot, human or agency: all count alike


@dataclass(frozen=True, slots=True)
class SuppressionFact:
    """A bar on automated calls that no person has lifted."""

    reason: str  # a code of ``reasons.SUPPRESSIONS``; any other bars too
    until: datetime | None  # first moment at which it no longer holds; None: until a person lifts it
    of_number: bool  # True: bars this number; False: bars the customer


@dataclass(frozen=True, slots=True)
class FlagFact:
    """A fact about the customer or the debt that is on file, given or not given, as of a time."""

    name: str  # a key of the rule pack's ``gates``, or another
    given: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where another record of the same person says that they are: it may only make a call harder."""

    zones: tuple[str, ...]
    region: str | None
    last_region: str | None = None


@dataclass(frozen=True, slots=True)
class GapFact:
    """The ledger came from a backup at ``restored_at``, and lacks what came between the two.

    ``confirmed``: a person has put on record that this was looked into.
    """

    restored_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Facts about calling ``number`` of one customer at ``now``.

    ``debtor_attempts`` are those to all numbers of the customer, in every campaign; ``number_attempts`` those
    to this E.164 number, for whichever customer. Both must reach back at least 8 days (more where a cap of
    the rule pack or a state's ``within_h`` looks further), in any order. ``talks`` likewise, for the customer
    across cases, campaigns, staff and agencies.
    """

    now: datetime
    number: NumberFacts
    line_simulated: bool  # the line reaches nobody, whatever is dialled
    clock_virtual: bool  # time is simulated: never for a line that reaches people
    ledger_time: (
        datetime | None
    )  # time of the latest decision on record, of any customer; None when there is none
    zones: tuple[
        str, ...
    ]  # IANA zones where the customer was last known to be; empty: by what the rule pack goes by
    region: str | None  # province or state of the address, as the customer file names it
    debt_owed: bool | None  # whether any amount is due now: on the account, for marketing on any of the
    # customer's; None: no ledger data
    purpose: Purpose = Purpose.REMINDER
    occasion_stands: bool | None = None  # whether a promise is still broken, an invitation still holds
    marketing_consent: bool | None = None  # None: the customer never said
    suppressions: tuple[
        SuppressionFact, ...
    ] = ()  # of the customer and of the number, not lifted; lapsed ones may stay
    open_cases: frozenset[str] = frozenset()  # reasons of open human follow-ups of the customer
    debtor_attempts: tuple[AttemptFact, ...] = ()
    number_attempts: tuple[AttemptFact, ...] = ()
    talks: tuple[TalkFact, ...] = ()
    promise_due: date | None = (
        None  # latest due date among the customer's pending promises; None: none pending
    )
    callback_at: datetime | None = None  # when the debtor asked to be called; None once a call was made since
    campaign_hours: Hours | CampaignWindow | None = (
        None  # the campaign's own hours, local to the customer; None: as the pack says
    )
    last_region: str | None = None  # province or state where the customer was last known to be, if elsewhere
    debt: int | None = None  # the account that the call would be about
    personal_hours: tuple[PersonalHours, ...] = ()  # what the customer said of their hours, not withdrawn
    flags: tuple[FlagFact, ...] = ()  # of the customer and of this debt
    first_contact_at: datetime | None = None  # when the customer was first spoken to about this debt
    notice_sent_at: datetime | None = None  # when the notice about this debt was sent
    elsewhere: tuple[Whereabouts, ...] = ()  # of other records of the same person
    # When the person asked to be called, told on another record: no call before, and no rule is skipped.
    callback_elsewhere: datetime | None = None
    gap: GapFact | None = None  # None: the ledger is whole, as far as is known
    control_group: bool = False  # an experiment under way, other than the campaign's own, leaves them alone

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must be aware")
