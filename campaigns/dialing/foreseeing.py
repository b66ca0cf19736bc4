"""Whom a campaign would not call if it began now, and why: the law asked about each, nothing reserved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts, Purpose
from campaigns.compliance.number_age import needs_check
from campaigns.compliance.verdict import NO_NUMBER, Allow, Defer, Refuse
from campaigns.dialing.reserve import that_counts
from campaigns.store.audiences import Candidate
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.member_turns import MemberTurn
from telephony.status import NumberStatus

EXAMPLES = 3
ALLOW, CHECK, DEFER, REFUSE = "allow", "check", "defer", "refuse"
ORDER = (ALLOW, CHECK, DEFER, REFUSE)


@dataclass(frozen=True, slots=True)
class Example:
    """One customer as an example. ``until``: when they are decided on again."""

    customer_id: int
    key: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Customers on whom the verdict is the same. ``check``: may be called once their number's state is known,
    which the worker asks for before it dials.
    """

    verdict: str
    reason: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the law says of each of those ``looked_at``; the groups in the order of ``ORDER``, large first."""

    looked_at: int
    groups: tuple[Group, ...]

    def count(self, *verdicts: str) -> int:
        return sum(group.count for group in self.groups if group.verdict in verdicts)


def foresee(
    session: Session,
    candidates: Sequence[Candidate],
    purpose: Purpose,
    window: CampaignWindow | None,
    around: Surroundings,
    pack: EffectivePack,
    *,
    experiment: int | None = None,
    spares: bool = True,
) -> Foresight:
    """Ask about each candidate, as a turn of theirs would be decided on at ``around.now``.

    ``experiment``: the campaign's own; ``spares``: it leaves alone whom others compare with.
    """
    turn = MemberTurn(0, 0, 0, 0, 0, "running", purpose, window, experiment=experiment, spares=spares)
    found: dict[tuple[str, str], list[Example]] = {}
    for candidate in candidates:
        verdict, reason, until = _verdict_on(session, candidate, turn, around, pack)
        found.setdefault((verdict, reason), []).append(Example(candidate.customer_id, candidate.key, until))
    groups = [
        Group(verdict, reason, len(examples), tuple(examples[:EXAMPLES]))
        for (verdict, reason), examples in found.items()
    ]
    groups.sort(key=lambda group: (ORDER.index(group.verdict), -group.count, group.reason))
    return Foresight(len(candidates), tuple(groups))


def _verdict_on(
    session: Session,
    candidate: Candidate,
    turn: MemberTurn,
    around: Surroundings,
    pack: EffectivePack,
) -> tuple[str, str, datetime | None]:
    member = replace(turn, customer_id=candidate.customer_id, account_id=candidate.account_id)
    declined: list[Defer | Refuse] = []
    numbers = numbers_of(session, candidate.customer_id)
    for facts in call_facts(session, member, numbers, around):
        known, checked = _assuming(facts, pack)
        verdict = decide(known, pack)
        if isinstance(verdict, Allow):
            return (CHECK if checked else ALLOW), verdict.reason.value, None
        declined.append(verdict)
    last = that_counts(declined or [NO_NUMBER])
    if isinstance(last, Defer):
        return DEFER, last.reason.value, last.until
    return REFUSE, last.reason.value, None


def _assuming(facts: CallFacts, pack: EffectivePack) -> tuple[CallFacts, bool]:
    """The facts as a turn would find them: an invitation comes with its campaign, and a number whose state is
    not known, or not any more, has been asked about. Whether that is so is the second value.
    """
    if facts.purpose is Purpose.MARKETING:
        facts = replace(facts, occasion_stands=True)
    number = facts.number
    if not needs_check(pack, number.status, number.status_at, facts.now):
        return facts, False
    asked = replace(number, status=NumberStatus.ACTIVE, status_at=facts.now)
    return replace(facts, number=asked), True
