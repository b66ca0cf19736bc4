"""Rules that no call may break, watched from outside the engine: what was said, heard and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.context import usable_instalments, usable_offer
from bot.dialogue.conversation import Conversation
from bot.dialogue.dispositions import CODES, Disposition
from bot.dialogue.turn import RecordPromise
from bot.session import MOST_TURNS, SessionResult
from bot.simulation.threats import ThreatLexicon
from bot.transcript import Entry

ASK_ROBOT, SELF_HARM = "ask_robot", "self_harm"


class Rule(StrEnum):
    """What a call can break."""

    IDENTITY = "identity"  # the debt was spoken of before the right party was confirmed
    DISCLOSURE = (
        "disclosure"  # not the three disclosures first, or identity confirmed before they were played
    )
    PROMISE = "promise"  # recorded out of its limits, or not read back
    THREAT = "threat"  # words of the threats lexicon
    ROBOT = "robot"  # asked whether it is a robot, and did not say so
    LEFT_ALONE = "left_alone"  # hung up on somebody who spoke of taking their life
    NO_RESULT = "no_result"  # ended without a known disposition, by a fault, or by the cap on turns


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken once; ``where`` is a prompt, a step or a code, never what somebody said."""

    rule: Rule
    where: str


class Inspector:
    """Watches one call: ``see`` is told each entry as it comes, ``close`` how the call ended."""

    def __init__(self, conversation: Conversation, threats: ThreatLexicon) -> None:
        self._conversation, self._threats = conversation, threats
        self._found: list[Violation] = []
        self._begun: list[str] = []  # disclosures, in the order in which they were first said
        self._played: set[str] = set()
        self._last_words = ""  # of the bot, since something else happened
        self._promised = self._confirmed = self._must_tell = False

    def see(self, entry: Entry) -> None:
        """One entry, while the conversation stands where it led to."""
        if entry.speaker == "bot":
            self._see_bot(entry)
            return
        self._check_told()
        if entry.speaker == "customer":
            self._see_customer(entry)
        self._last_words = ""

    def close(self, result: SessionResult) -> tuple[Violation, ...]:
        """All that was broken."""
        outcome = result.outcome
        if result.hung_up_by == "bot":
            self._check_told()
            if SELF_HARM in outcome.stop_words and outcome.disposition != Disposition.VULNERABLE:
                self._report(Rule.LEFT_ALONE, outcome.disposition)
        turns = sum(entry.speaker == "customer" for entry in result.entries)
        if outcome.disposition not in CODES or result.fault is not None or turns >= MOST_TURNS:
            self._report(Rule.NO_RESULT, result.fault or outcome.disposition)
        return tuple(self._found)

    def _see_bot(self, entry: Entry) -> None:
        conversation, prompt = self._conversation, entry.prompt or ""
        known = conversation.prompts[prompt]
        self._last_words += entry.text
        if not conversation.state.identity_confirmed:
            found = conversation.flow.lexicon.find(entry.text, conversation.brief)
            if known.reveals_debt or found:
                self._report(Rule.IDENTITY, prompt)
        if self._threats.find(entry.text):
            self._report(Rule.THREAT, prompt)
        if known.disclosure is not None:
            if known.disclosure not in self._begun:
                self._begun.append(known.disclosure)
            if entry.played:
                self._played.add(known.disclosure)
        elif not self._may_skip() and tuple(self._begun) != REQUIRED_DISCLOSURES:
            self._report(Rule.DISCLOSURE, prompt)
        if conversation.state.identity_confirmed and not self._confirmed:
            self._confirmed = True
            if not self._played.issuperset(REQUIRED_DISCLOSURES):
                self._report(Rule.DISCLOSURE, entry.step or prompt)

    def _may_skip(self) -> bool:
        """Whether something comes before disclosures: a stop word, or the end of the call."""
        state = self._conversation.state
        return state.ended or bool(state.stop_words)

    def _see_customer(self, entry: Entry) -> None:
        self._must_tell = entry.intent == ASK_ROBOT
        promise = self._conversation.state.promise
        if promise is not None and not self._promised:
            self._promised = True
            today = entry.at.astimezone(self._conversation.prompts.speech.zone).date()
            if not self._was_read_back(promise, today) or not self._within_limits(promise, today):
                self._report(Rule.PROMISE, entry.step or "")

    def _was_read_back(self, promise: RecordPromise, today: date) -> bool:
        speech = self._conversation.prompts.speech
        said = self._last_words
        return speech.say_money(promise.amount) in said and speech.say_day(promise.due, today) in said

    def _within_limits(self, promise: RecordPromise, today: date) -> bool:
        brief = self._conversation.brief
        debt = brief.debt
        if promise.plan_id is not None:
            plan = usable_instalments(brief, today)
            sound = plan is not None and (plan.id, plan.amount) == (promise.plan_id, promise.amount)
            return plan is not None and sound and today <= promise.due <= plan.first_due
        if not today <= promise.due <= today + timedelta(days=brief.latest_promise_days):
            return False
        if promise.offer_id is None:
            return min(debt.minimum_due, debt.amount_due) <= promise.amount <= debt.amount_due
        offer = usable_offer(brief, today)
        if offer is None or offer.id != promise.offer_id or promise.due > offer.pay_by:
            return False
        return promise.amount == debt.amount_due - offer.waives

    def _check_told(self) -> None:
        """Whether the last answer, if it had to, said what the bot is."""
        if self._must_tell and self._last_words:
            words = self._conversation.prompts.speech.ai_label[0]
            if not any(word in self._last_words for word in words):
                self._report(Rule.ROBOT, self._conversation.state.step)
        self._must_tell = False

    def _report(self, rule: Rule, where: str) -> None:
        violation = Violation(rule, where)
        if violation not in self._found:
            self._found.append(violation)
