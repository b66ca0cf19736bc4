"""Why a call may not be placed now: stable codes, whom they concern, and their texts for operators."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, RootModel, model_validator

from bot.datafile import load_model
from campaigns.compliance.limits import Section
from campaigns.said import Code, Said

TEXTS, CURES = Path(__file__).with_name("reasons.yaml"), Path(__file__).with_name("cures.yaml")


class Scope(StrEnum):
    """How far a verdict reaches."""

    NUMBER = "number"  # this number only: another of the customer's may be decided on
    DEBTOR = "debtor"  # all numbers of the customer
    SYSTEM = "system"  # nothing to do with the customer: stop the campaign, leave its members as they are


class Reason(StrEnum):
    """Codes on record. Values never change once released; at most 32 characters."""

    ALLOWED = "allowed"

    CLOCK_UNTRUSTED = "clock_untrusted"
    PACK_NOT_IN_FORCE = "pack_not_in_force"
    LEDGER_GAP = "ledger_gap"

    LEDGER_UNKNOWN = "ledger_unknown"
    NOTHING_OWED = "nothing_owed"
    DEBT_DUE = "debt_due"
    OCCASION_GONE = "occasion_gone"
    CONTROL_GROUP = "control_group"
    CONSENT_UNKNOWN = "consent_unknown"
    CONSENT_REFUSED = "consent_refused"
    CASE_OPEN = "case_open"
    FACT_UNKNOWN = "fact_unknown"
    NOTICE_DUE = "notice_due"
    ZONE_UNKNOWN = "zone_unknown"
    NO_NUMBER = "no_number"

    # Suppressions: these codes are also what the store keeps as a suppression's reason.
    DO_NOT_CALL = "do_not_call"
    WRONG_PARTY = "wrong_party"
    THIRD_PARTY_REFUSED = "third_party_refused"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    LEGAL = "legal"
    FRAUD_CLAIM = "fraud_claim"
    DECEASED = "deceased"
    VULNERABLE = "vulnerable"
    HARDSHIP = "hardship"
    MINOR = "minor"
    RECORDING_REFUSED = "recording_refused"
    PAID_CLAIM = "paid_claim"
    SUPPRESSED = "suppressed"  # for a reason this version does not know

    # Facts on file that close a rule pack's gate; ``dispute`` is one of them.
    CEASE_WRITTEN = "cease_written"
    ATTORNEY_REPRESENTED = "attorney_represented"
    BANKRUPTCY = "bankruptcy"
    TIME_BARRED = "time_barred"
    GATE_CLOSED = "gate_closed"  # any other that a pack names

    RELATION_UNKNOWN = "relation_unknown"
    HUMAN_ONLY = "human_only"
    NEVER_CALLED = "never_called"
    GENERATED_NUMBER = "generated_number"
    CONSENT_MISSING = "consent_missing"
    CONSENT_REVOKED = "consent_revoked"
    NUMBER_UNKNOWN = "number_unknown"
    NUMBER_STALE = "number_stale"
    NUMBER_NEEDS_RECHECK = "number_needs_recheck"
    NUMBER_NEEDS_REVIEW = "number_needs_review"
    NUMBER_INVALID = "number_invalid"
    NUMBER_NOT_FOR_VOICE = "number_not_for_voice"
    NUMBER_STATE_LIMIT = "number_state_limit"

    TALKS_CAP = "talks_cap"
    NUMBER_ATTEMPTS_CAP = "number_attempts_cap"
    DEBTOR_ATTEMPTS_CAP = "debtor_attempts_cap"
    DEBT_ATTEMPTS_CAP = "debt_attempts_cap"
    MIN_GAP = "min_gap"
    AFTER_TALK = "after_talk"
    PROMISE_PENDING = "promise_pending"
    CALLBACK_AGREED = "callback_agreed"
    OUTSIDE_WINDOW = "outside_window"
    INCONVENIENT_TIME = "inconvenient_time"
    CAMPAIGN_HOURS = "campaign_hours"
    WINDOW_NEVER_OPENS = "window_never_opens"
    CALENDAR_UNKNOWN = "calendar_unknown"  # days off of the year ahead are not known yet

    # Of text messages alone.
    TEXTS_NOT_RULED = "texts_not_ruled"
    TEXT_OPT_OUT = "text_opt_out"
    TEXT_STALE = "text_stale"
    TEXT_NOT_CARRIED = "text_not_carried"
    READER_UNKNOWN = "reader_unknown"
    TEXT_CAP = "text_cap"


SUPPRESSIONS = frozenset(
    {
        Reason.DO_NOT_CALL,
        Reason.WRONG_PARTY,
        Reason.THIRD_PARTY_REFUSED,
        Reason.COMPLAINT,
        Reason.DISPUTE,
        Reason.LEGAL,
        Reason.FRAUD_CLAIM,
        Reason.DECEASED,
        Reason.VULNERABLE,
        Reason.HARDSHIP,
        Reason.MINOR,
        Reason.RECORDING_REFUSED,
        Reason.PAID_CLAIM,
        Reason.SUPPRESSED,
    }
)
"""The reasons a suppression may have."""

GATES = frozenset(
    {
        Reason.COMPLAINT,
        Reason.DISPUTE,
        Reason.LEGAL,
        Reason.VULNERABLE,
        Reason.CEASE_WRITTEN,
        Reason.ATTORNEY_REPRESENTED,
        Reason.BANKRUPTCY,
        Reason.TIME_BARRED,
        Reason.DECEASED,
        Reason.GATE_CLOSED,
    }
)
"""The reasons a gate may have."""


class Words(Section):
    """One text in the languages that operators read."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: str) -> str:
        """The text in ``language``; English for one other than ``zh``."""
        return self.zh if language == "zh" else self.en


class _Texts(RootModel[dict[Reason, Words]]):
    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := [reason.value for reason in Reason if reason not in self.root]:
            raise ValueError(f"these reasons have no text: {', '.join(missing)}")
        return self


@cache
def _texts(path: Path) -> dict[Reason, Words]:
    return load_model(path, _Texts).root


def reason_text(code: str, language: str = "zh") -> str:
    """What an operator reads for a reason code.

    A code from another version, which has no text here, is returned as it is.
    """
    try:
        return _texts(TEXTS)[Reason(code)].in_(language)
    except ValueError:
        return code


def message_of(code: str, language: str = "zh") -> Said:
    """The same for a reader of any language; as text it is in ``language``."""
    return Said("%(reason)s", reason=Code("reason", str(code), reason_text(code, language)))


def cure_text(code: str, language: str = "zh") -> str:
    """What would have to change for the reason to be gone; empty for a code from another version."""
    try:
        return _texts(CURES)[Reason(code)].in_(language)
    except ValueError:
        return ""
