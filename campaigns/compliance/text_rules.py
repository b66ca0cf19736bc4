"""The part of a rule pack that is about text messages."""

from __future__ import annotations

from pydantic import StrictBool

from campaigns.compliance.limits import AtMost, CountOverride, Section


class TextRules(Section):
    """At most so many text messages to one debtor, answers to what they wrote left out.

    Local calendar days, today the last of them. ``stop_bars_calls``: who asks by STOP for no more messages
    takes back the consent to calls to that number too. A pack without this section allows no messages.
    """

    per_debtor_day: AtMost
    per_debtor_7d: AtMost
    stop_bars_calls: StrictBool


class TextRulesOverride(Section):
    per_debtor_day: CountOverride = CountOverride()
    per_debtor_7d: CountOverride = CountOverride()
    stop_bars_calls: bool | None = None
