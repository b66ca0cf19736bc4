"""Why a customer may or may not be called now, and every decision on record, with its rule and its source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.explain import Ruled, allowing_facts, ruled, standing
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.facts_data import facts_from
from campaigns.compliance.people import Reachability, Who, failures_in_a_row, grounds
from campaigns.compliance.reasons import Reason, cure_text, reason_text
from campaigns.compliance.verdict import NO_NUMBER
from campaigns.dialing.timing import SIMULATED
from campaigns.settings import Settings
from campaigns.store.customers import customer_by_external_id
from campaigns.store.database import Session
from campaigns.store.decisions import (
    StoredDecision,
    count_decisions,
    decisions_of,
    latest_reached,
    place_of,
)
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.people import changes_of, keys_of, shared
from telephony.numbers import mask


class Explanation:
    """Collects what there is to say about one customer, as JSON can hold it; times are left as they are."""

    def __init__(
        self,
        settings: Settings,
        pack: EffectivePack,
        session: Session,
        external_id: str,
        now: datetime,
        moment: datetime,
        language: str | None = None,
    ) -> None:
        self._pack, self._session, self._language = pack, session, language or settings.language
        self._customer = customer_by_external_id(session, external_id)
        self._now, self._moment = now, moment
        simulated = settings.line == SIMULATED
        self._around = Surroundings(
            moment,
            simulated,
            simulated,
            moment - pack.look_back,
            moment.astimezone(settings.zone).date(),
            frozenset(pack.rules.gates),
        )

    def whole(self, last: int | None, before_id: int | None = None) -> dict[str, Any]:
        """``last``: so many decisions, the newest; ``before_id``: of those with lower ids."""
        customer_id = self._customer.id
        past = self._moment < self._now
        until = self._moment if past else None
        decisions = decisions_of(self._session, customer_id, until=until, before_id=before_id, limit=last)
        return {
            "customer": self._customer.external_id,
            "person": self._person(),
            "at": self._moment,
            "now": self._now,
            "pack": self._pack.label,
            # What was known at a time in the past is in the decisions of that time.
            "numbers": [] if past else self._numbers(),
            "decisions": [recorded_decision(decision, self._pack, self._language) for decision in decisions],
            "decisions_in_all": count_decisions(self._session, customer_id, until=until),
        }

    def _person(self) -> dict[str, Any]:
        """The other keys of the same person, those of before, and how it came to be so."""
        found = shared(self._session, self._customer.id)
        keys = keys_of(self._session, found.ids)
        return {
            "same": [keys[each] for each in found.same if each != self._customer.id],
            "before": {keys[former.customer_id]: former.until for former in found.former},
            "changes": [
                {"kind": c.kind, "at": c.at, "kept": c.kept, "other": c.other, "by": c.by, "reason": c.reason}
                for c in changes_of(self._session, [self._customer.id])
            ],
        }

    def _numbers(self) -> list[dict[str, Any]]:
        place = place_of(self._session, self._customer.id)
        numbers = numbers_of(self._session, self._customer.id)
        if place is None or not numbers:
            reason = Reason.LEDGER_UNKNOWN if place is None else NO_NUMBER.reason
            bare = _ruled(ruled(reason, "", None, None, self._pack), self._language)
            return [{"number": None, "verdict": "refuse", "against": [bare], "facts": [], "next": None}]
        told: list[dict[str, Any]] = []
        for number, facts in zip(
            numbers, call_facts(self._session, place, numbers, self._around), strict=True
        ):
            stands = standing(facts, self._pack, decide(facts, self._pack))
            how: dict[str, Any] = {
                "number": mask(number.e164),
                "verdict": type(stands.verdict).__name__.lower(),
                "against": [_ruled(each, self._language) for each in stands.against],
                "facts": [list(fact) for fact in stands.facts],
                "next": stands.earliest,
            }
            if self._pack.rules.who.get(number.relation) is Who.HUMAN_ONLY:
                how["third_party"] = self._third_party(
                    facts, [n.status for n in numbers if n.relation == "self"]
                )
            told.append(how)
        return told

    def _third_party(self, facts: CallFacts, own: list[Any]) -> list[str] | None:
        rule = self._pack.rules.third_parties
        if rule is None:
            return None
        reached = latest_reached(self._session, self._customer.id)
        given = frozenset(flag.name for flag in facts.flags if flag.given)
        return list(grounds(rule, Reachability(own, failures_in_a_row(reached), given)))


def recorded_decision(decision: StoredDecision, pack: EffectivePack, language: str) -> dict[str, Any]:
    """One decision on record, with what it rests on by ``pack``; ``facts``: of a call that was allowed."""
    facts = None if decision.facts is None else facts_from(decision.facts)
    rule = str(decision.inputs.get("rule", ""))
    told: dict[str, Any] = {
        "id": decision.id,
        "at": decision.at,
        "campaign": decision.campaign,
        "number": decision.number,
        "attempt": decision.attempt_id,
        "verdict": decision.verdict,
        "pack": decision.pack,
        "next": decision.until,
    }
    if decision.verdict == "allow":
        allowing = [] if facts is None else list(allowing_facts(facts, pack))
        return told | {"against": [], "facts": [list(fact) for fact in allowing]}
    found = ruled(decision.reason, rule, decision.until, facts, pack)
    return told | {"against": [_ruled(found, language)], "facts": []}


def _ruled(found: Ruled, language: str) -> dict[str, Any]:
    return {
        "reason": found.reason,
        "text": reason_text(found.reason, language),
        "rule": found.rule,
        "sources": [
            {"title": each.title, "clause": each.clause, "seen": each.seen.value}
            for each in found.authorities
        ],
        "facts": [list(fact) for fact in found.facts],
        "until": found.until,
        "cure": cure_text(found.reason, language),
    }
