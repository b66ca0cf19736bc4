"""The one function that says whether a call may be placed now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from campaigns.compliance.checks import CHECKS
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.reasons import Reason
from campaigns.compliance.verdict import Allow, Defer, Refuse, Verdict
from campaigns.compliance.windows import next_opening

MAX_STEPS = 50


def decide(facts: CallFacts, pack: EffectivePack) -> Verdict:
    """Whether ``facts.number`` may be dialled at ``facts.now``. Pure: the same facts give the same verdict.

    Any refusal wins, the first in the order of ``CHECKS``. Else the longest deferral gives the reason, and
    its ``until`` is moved on until no check would defer there, as long as nothing new happens: a deferral out
    of a gap that ends at night leads to the morning.
    """
    verdict = _strictest(facts, pack)
    if isinstance(verdict, Refuse):
        return verdict
    if verdict is None:
        places = pack.locality(facts).places
        opening = next_opening(pack, places, facts.now, facts.campaign_hours, facts.personal_hours)
        if opening is None:
            raise AssertionError("the window check let a call pass without a window")
        return Allow(opening.end)
    return replace(verdict, until=_later(facts, pack, verdict.until))


def earliest(facts: CallFacts, pack: EffectivePack) -> datetime | None:
    """The first moment at which nothing defers a call, whatever refuses it now; None: at no time in sight."""
    verdict = _longest_deferral(facts, pack)
    until = facts.now if verdict is None else _later(facts, pack, verdict.until)
    places = pack.locality(facts).places
    opening = next_opening(pack, places, until, facts.campaign_hours, facts.personal_hours)
    return None if opening is None else opening.at


def _later(facts: CallFacts, pack: EffectivePack, until: datetime) -> datetime:
    """The first moment from ``until`` on at which no check defers, as long as nothing new happens.

    A calendar that is not known may be any day, and is asked about again then.
    """
    for _ in range(MAX_STEPS):
        later = _longest_deferral(replace(facts, now=until), pack, but=Reason.CALENDAR_UNKNOWN)
        if later is None or later.until <= until:
            break
        until = later.until
    return until


def _strictest(facts: CallFacts, pack: EffectivePack) -> Defer | Refuse | None:
    longest: Defer | None = None
    for check in CHECKS:
        verdict = check(facts, pack)
        if isinstance(verdict, Refuse):
            return verdict
        if verdict is not None and (longest is None or verdict.until > longest.until):
            longest = verdict
    return longest


def _longest_deferral(facts: CallFacts, pack: EffectivePack, *, but: Reason | None = None) -> Defer | None:
    """As ``_strictest``, blind to refusals, which are decided on then, and to the reason ``but``."""
    verdicts = [check(facts, pack) for check in CHECKS]
    deferrals = [verdict for verdict in verdicts if isinstance(verdict, Defer) and verdict.reason is not but]
    return max(deferrals, key=lambda defer: defer.until, default=None)
