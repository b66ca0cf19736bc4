"""Who picks up on the simulated line: simulated customers who know their own name and debt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from hashlib import blake2b
from random import Random

from bot.dialogue.speech import Speech
from bot.simulation.customer import Reply, SimulatedCustomer
from bot.simulation.persona import Persona, pick_persona
from bot.simulation.phrases import CustomerFacts
from campaigns.clock import Clock
from campaigns.dialing.briefing import Lender, brief_of
from campaigns.store.briefs import anybody_at_number
from campaigns.store.database import Database
from telephony.far_end import FarReply

STRANGER = CustomerFacts("", 0, 0)
"""Of a caller who is no customer: there is nothing to know."""


class Nobody:
    """Picks up a number that is no customer's: hears the first words and hangs up."""

    def greet(self) -> FarReply | None:
        return None

    def cuts_in(self, text: str) -> float | None:  # noqa: ARG002
        return None

    def hear(self, text: str) -> FarReply | None:  # noqa: ARG002
        return FarReply(None, hang_up=True)


class Person:
    """A simulated customer as the line's far end."""

    def __init__(self, customer: SimulatedCustomer) -> None:
        self._customer = customer

    def greet(self) -> FarReply | None:
        reply = self._customer.greet()
        return None if reply is None else _far(reply)

    def cuts_in(self, text: str) -> float | None:
        return self._customer.cuts_in(text)

    def hear(self, text: str) -> FarReply | None:
        return _far(self._customer.hear(text))


class SimulatedPeople:
    """Gives each call its person, as a ``telephony.far_end.FarEndFactory``.

    A number always belongs to the same kind of person; what they say varies by call.
    """

    def __init__(
        self,
        database: Database,
        personas: Mapping[str, Persona],
        speech: Speech,
        lender: Lender,
        *,
        seed: int,
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._personas = personas
        self._speech = speech
        self._lender = lender
        self._seed = seed
        self._clock = clock
        self._zone = zone

    def __call__(self, number: str, call_id: str) -> Person | Nobody:
        """Who picks up ``number``."""
        facts = self._facts(number)
        return Nobody() if facts is None else self._person(number, call_id, facts)

    def calling_in(self, number: str, call_id: str) -> Person:
        """Who calls from ``number``: a stranger, when it is no customer's."""
        return self._person(number, call_id, self._facts(number) or STRANGER)

    def _facts(self, number: str) -> CustomerFacts | None:
        today = self._clock.now().astimezone(self._zone).date()
        with self._database.transaction() as session:
            subject = anybody_at_number(session, number, today)
        if subject is None:
            return None
        return CustomerFacts.of(brief_of(subject, self._speech, self._lender, today))

    def _person(self, number: str, call_id: str, facts: CustomerFacts) -> Person:
        persona = pick_persona(self._personas, Random(f"{self._seed}|{number}"))
        call_seed = int.from_bytes(blake2b(call_id.encode(), digest_size=8).digest(), "big")
        return Person(SimulatedCustomer(persona, facts, call_seed))


def _far(reply: Reply) -> FarReply:
    return FarReply(reply.text, reply.hang_up, reply.delay_s)
