"""Consent to marketing calls: given or withdrawn on a day. Silence is none."""

from __future__ import annotations

from datetime import date
from typing import Any

from campaigns.customers.record import ConsentRow
from campaigns.customers.values import LeftOutError


def consent(values: dict[str, Any], today: date) -> ConsentRow | None:
    """The customer's word, None when the row does not tell it.

    Raises LeftOutError for a consent that cannot be proved: without a day, or of a day to come.
    """
    given, on = values.get("marketing_consent"), values.get("marketing_consent_on")
    if given is None:
        return None
    if given != "true":
        return ConsentRow(False, min(on or today, today))
    if on is None:
        raise LeftOutError("consent_undated", "a consent without its date proves nothing; it was left out")
    if on > today:
        raise LeftOutError("consent_future", "the consent is of a day to come, so it was left out")
    return ConsentRow(True, on)
