"""One simulated call: a customer drawn by seed, heard through noise, in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random

from bot.channel import BySentence, HungUpError
from bot.nlu.interpreter import OUT_OF_SCOPE, Interpreter, Understanding
from bot.session import Session, SessionResult
from bot.simulation.customer import Reply, SimulatedCustomer
from bot.simulation.noise import NoiseChannel
from bot.simulation.persona import Persona
from bot.simulation.phrases import CustomerFacts
from bot.simulation.population import Population
from bot.simulation.rules import Inspector, Violation
from bot.simulation.script import Script
from bot.simulation.threats import ThreatLexicon
from bot.transcript import Entry

CHARACTERS_PER_S = 4.0
"""How fast is spoken, for the length of a call."""


@dataclass(frozen=True, slots=True, order=True)
class CallPlan:
    """Which call: the ``number``-th of a persona at a noise level, in percent."""

    persona: str
    noise: int
    number: int

    def __str__(self) -> str:
        return f"{self.persona}@{self.noise}#{self.number}"


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of one simulated call.

    ``turns`` counts what the bot answered: utterances and silences. Of the ``counted`` utterances, whose
    meaning is known, ``mistaken`` were taken for something else and ``not_understood`` were asked again;
    ``confusions`` counts (what was meant, what was understood). ``duration_s`` is virtual.
    """

    plan: CallPlan
    disposition: str
    success: bool
    turns: int
    duration_s: int
    counted: int
    mistaken: int
    not_understood: int
    promised: int | None
    with_relief: bool
    violations: tuple[Violation, ...]
    confusions: Mapping[tuple[str, str], int] = field(default_factory=dict)


class SimulatedChannel:
    """A text channel with a simulated customer at its far end, garbled by noise, in virtual time."""

    def __init__(
        self, customer: SimulatedCustomer, at: datetime, noise: NoiseChannel, level: float, random: Random
    ) -> None:
        self._customer, self._time = customer, at
        self._noise, self._level, self._random = noise, level, random
        self._words, self._gone = "", False
        self.last: Reply | None = None

    def now(self) -> datetime:
        return self._time

    async def say(self, text: str, *, interruptible: bool) -> bool:
        self._check()
        cut = self._customer.cuts_in(text) if interruptible else None
        self._time += timedelta(seconds=cut or len(text) / CHARACTERS_PER_S)
        self._words += text if cut is None else text[: int(cut * CHARACTERS_PER_S)]
        return cut is None

    async def listen(self, timeout_s: float) -> str | None:
        self._check()
        self.last = reply = self._customer.hear(self._words)
        self._words, self._gone = "", reply.hang_up
        if reply.text is None:
            self._check()
            self._time += timedelta(seconds=timeout_s)
            return None
        self._time += timedelta(seconds=reply.delay_s + len(reply.text) / CHARACTERS_PER_S)
        return self._noise.garble(reply.text, self._level, self._random)

    async def hang_up(self) -> None:
        self._gone = True

    def _check(self) -> None:
        if self._gone:
            raise HungUpError


@dataclass(frozen=True, slots=True)
class Stage:
    """All that simulated calls are held with."""

    script: Script
    personas: Mapping[str, Persona]
    population: Population
    noise: NoiseChannel
    threats: ThreatLexicon
    seed: int

    def hold(self, plan: CallPlan) -> tuple[CallResult, tuple[Entry, ...]]:
        """Hold one call. The same plan gives the same call; the customers are the same at every level."""
        persona = self.personas[plan.persona]
        who = f"{self.seed}|{self.script.flow.name}|{plan.persona}|{plan.number}"
        brief = self.population.draw(self.script.flow.name, Random(f"{who}|brief"))
        customer = SimulatedCustomer(persona, CustomerFacts.of(brief), _number(who))
        noise = Random(f"{who}|{plan.noise}")
        channel = SimulatedChannel(customer, self.population.at, self.noise, plan.noise / 100, noise)
        ear = _Ear(self.script.interpreter)
        conversation = replace(self.script, interpreter=ear).conversation(brief)
        inspector, tally = Inspector(conversation, self.threats), _Hearing()

        def watch(entry: Entry) -> None:
            inspector.see(entry)
            if entry.speaker == "customer" and channel.last is not None and ear.last is not None:
                tally.count(channel.last, ear.last)

        session = Session(conversation, BySentence(channel, channel.now), channel.now, watch=watch)
        result = _complete(session)
        violations = inspector.close(result)
        return self._result(plan, persona, result, violations, tally, channel), result.entries

    def _result(
        self,
        plan: CallPlan,
        persona: Persona,
        result: SessionResult,
        violations: tuple[Violation, ...],
        tally: _Hearing,
        channel: SimulatedChannel,
    ) -> CallResult:
        outcome, promise = result.outcome, result.outcome.promise
        return CallResult(
            plan,
            outcome.disposition,
            persona.succeeds(self.script.flow.name, outcome.disposition) and not violations,
            sum(entry.speaker == "customer" or entry.event == "silence" for entry in result.entries),
            round((channel.now() - self.population.at).total_seconds()),
            tally.counted,
            tally.confusions.total() - tally.not_understood,
            tally.not_understood,
            promise.amount if promise else None,
            promise is not None and promise.offer_id is not None,
            violations,
            dict(tally.confusions),
        )


class _Hearing:
    """Counts what was understood as it was meant, and what was not."""

    def __init__(self) -> None:
        self.counted = self.not_understood = 0
        self.confusions: Counter[tuple[str, str]] = Counter()

    def count(self, reply: Reply, heard: Understanding) -> None:
        if not reply.means:
            return
        self.counted += 1
        understood = {heard.intent, *heard.also, *heard.broader, heard.narrower}
        if not understood & set(reply.means):
            self.confusions[reply.means[0], heard.intent] += 1
            self.not_understood += heard.intent == OUT_OF_SCOPE


class _Ear:
    """An interpreter that remembers what it understood last."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self.last: Understanding | None = None

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        self.last = self._interpreter.parse(text, now=now, expected=expected)
        return self.last


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _complete(session: Session) -> SessionResult:
    """Run a session whose channel never waits: no event loop is needed, and none may be running here."""
    call = session.run()
    try:
        call.send(None)
    except StopIteration as stop:
        result: SessionResult = stop.value
        return result
    raise RuntimeError("a simulated call has nothing to wait for")
