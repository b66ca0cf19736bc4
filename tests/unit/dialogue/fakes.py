"""A scripted interpreter: understands the intents and entities written into the utterance itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time

from bot.nlu.interpreter import OUT_OF_SCOPE, Entity, EntityValue, Understanding

_ENTITY = re.compile(r"(\w+)=(\S+)")
_CONFIDENCE = re.compile(r"~(\S+)")
_STOP = re.compile(r"!(\w+)")
_ALSO = re.compile(r"\+(\w+)")


class ScriptedInterpreter:
    """Reads ``intent +another kind=value ... !stop_word ~confidence`` as it stands; else it is out of scope.

    ``promise_pay date=2026-11-27 amount=80000`` is a promise with a day and an amount in minor units.
    """

    def __init__(self, intents: Collection[str]) -> None:
        self.intents = frozenset(intents)
        self.expected: list[tuple[str, ...]] = []

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        self.expected.append(tuple(expected))
        first = text.split()[0]
        intent = first if first in self.intents else OUT_OF_SCOPE
        entities = tuple(
            Entity(kind, _value(kind, value), value, 0, 0) for kind, value in _ENTITY.findall(text)
        )
        unsure = _CONFIDENCE.search(text)
        confidence = float(unsure[1]) if unsure else 0.9
        stop_words, also = tuple(_STOP.findall(text)), tuple(_ALSO.findall(text))
        ranking = ((intent, confidence),)
        return Understanding(text, intent, confidence, ranking, entities, stop_words, also)


def _value(kind: str, value: str) -> EntityValue:
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    if kind in ("amount", "share"):
        return int(value)
    return value


INTENTS = [
    "affirm",
    "deny",
    "confirm_identity",
    "wrong_person",
    "third_party",
    "promise_pay",
    "pay_now",
    "already_paid",
    "request_relief",
    "request_extension",
    "refuse_pay",
    "hardship",
    "dispute_amount",
    "ask_amount",
    "ask_due_date",
    "ask_how_to_pay",
    "ask_who",
    "ask_robot",
    "ask_human",
    "busy_callback",
    "stop_calling",
    "ask_repeat",
    "inform",
    "thanks_bye",
    "complaint",
    "abuse",
    "ask_consequence",
    "ask_wait",
    "ask_louder",
    "ask_slower",
    "ask_since_when",
    "ask_fee",
    "ask_interest",
    "ask_minimum",
    "ask_product",
    "ask_source",
    "ask_callback_number",
    "suspect_fraud",
    "ask_relief_terms",
    "ask_instalment",
    "salary_wait",
    "partial_payment",
    "will_pay_unspecified",
    "already_promised",
    "forgot",
    "correct_amount",
    "correct_date",
    "accept_offer",
    "interested",
    "decline_offer",
    "not_interested",
    "refuse_to_identify",
    "unsubscribe_offer",
    "driving",
    "not_available",
    "take_message",
    "greet",
]
"""Every intent that the flows are written for."""

STOP_WORDS = [
    "self_harm",
    "death",
    "illness_hardship",
    "complaint_regulator",
    "lawyer_court",
    "fraud_identity",
    "recording_refused",
    "stop_calling",
    "wrong_party",
    "dispute_paid",
    "minor",
    "human_wanted",
]
"""Every stop-word rule of the rule packs."""
