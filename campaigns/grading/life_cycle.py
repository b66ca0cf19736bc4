"""The stages of a loan that rules are for, and what may be asked at each.

Whole numbers and texts only, as everywhere in grading; flags are 1 and 0, money is in minor units. A fact is
unknown where a file does not tell it. ``campaigns/grading/facts`` maps the columns of files to these names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from campaigns.grading.features import FEATURES, Kind


class Stage(StrEnum):
    """When in the life of a loan."""

    BEFORE = "before"  # of an application: fraud rules
    DURING = "during"  # of a loan that is paid so far: early warning
    AFTER = "after"  # of a debt that is or may fall due: collection


_I: Final = Kind.INTEGER

APPLICATION: Final[Mapping[str, Kind]] = {
    "amount_requested": _I,
    "term_months": _I,
    "income_declared": _I,  # a month
    "income_verified": _I,  # a month, by payslips, tax or a data source
    "obligations_monthly": _I,  # repayments to all lenders a month
    "device_applications": _I,  # applications from the same device
    "id_applications": _I,  # of the same identity document, with any lender that is asked
    "phone_applicants": _I,  # persons who gave the same number
    "address_applicants": _I,
    "bank_card_applicants": _I,
    "contact_applicants": _I,  # persons who gave the same emergency contact
    "applications_7d": _I,  # by this person
    "applications_30d": _I,
    "blacklisted": _I,
    "confirmed_fraud": _I,
    "court_enforcement": _I,
    "deceased": _I,
    "id_check": _I,  # 1 passed, 0 failed
    "face_check": _I,
    "name_phone_match": _I,
    "phone_months": _I,  # since the number was opened
    "number_state": Kind.TEXT,  # telephony.status.NumberStatus
    "emulator": _I,
    "location_mismatch": _I,  # far from the address that was given
    "fill_seconds": _I,  # from the first field to the last
    "days_late_elsewhere": _I,
    "loans_elsewhere": _I,  # open ones
    "months_employed": _I,
    "contact_overdue": _I,  # the emergency contact is late with a loan of their own
    "product": Kind.TEXT,
    "channel": Kind.TEXT,
}

EARLY_WARNING: Final[Mapping[str, Kind]] = {
    "utilisation_before": _I,  # percent of the limit, three months ago
    "missed_terms": _I,  # terms missed on this loan
    "minimum_only_months": _I,  # months in a row in which no more than the minimum was paid
    "cash_advances_3m": _I,
    "missed_elsewhere": _I,  # other obligations missed: loans, rent, utilities
    "loans_elsewhere_3m": _I,  # new ones
    "enquiries_3m": _I,  # of other lenders
    "salary_missing_months": _I,  # months in a row without the usual salary
    "income_drop_percent": _I,
    "contact_lost_days": _I,  # since anybody was last reached; unknown: never tried
    "number_state": Kind.TEXT,
    "contact_changes_6m": _I,  # changes of number, address or employer
    "days_without_login": _I,
    "court_enforcement": _I,
    "confirmed_fraud": _I,
    "identity_dispute": _I,
    "deceased": _I,
    "hardship_told": _I,  # illness, job loss, disaster, as the customer told it
    "days_since_hardship": _I,
}

FEATURES_OF: Final[Mapping[Stage, Mapping[str, Kind]]] = {
    Stage.BEFORE: APPLICATION,
    Stage.DURING: {**FEATURES, **EARLY_WARNING},
    Stage.AFTER: FEATURES,
}
"""What conditions and characteristics of each stage's rules may name, beside a file's own attributes."""
