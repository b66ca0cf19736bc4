"""Taking a person out of a conversation: invented names and numbers for those that were real."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.brief import Brief
from bot.dialogue.speech import Speech
from bot.nlu.interpreter import Entity
from bot.simulation.scenario import CustomerModel

TAIL = "2468"
"""The invented end of an identity number; other digits that were said become digits of this run, repeated."""


def _invented(field: str) -> str:
    return str(CustomerModel.model_fields[field].default)


class Anonymiser:
    """Replaces what points to one person, the same way wherever it stands.

    Names, the end of the identity number and every other run of three digits or more that is no sum or day
    are replaced; sums of the ledger are rounded to two figures, so that what was promised still can be. What
    the customer said of other people is not known for a name: whoever keeps the test reads it.
    """

    def __init__(self, brief: Brief, speech: Speech) -> None:
        self._party, self._due = brief.party, brief.debt.amount_due
        self._honorifics = sorted({brief.party.honorific, *speech.honorifics.values()} - {""})
        self._digits = {word: digit for word, digit in speech.digits.items() if len(word) == 1}
        run = "".join(re.escape(word) for word in self._digits)
        self._run = re.compile(f"[0-9Xx{run}]{{3,}}")
        self.brief = self._anonymous(brief)

    def text(self, said: str, entities: Sequence[Entity] = ()) -> str:
        """What the customer said, with invented names and numbers."""
        spans = [
            (entity.start, entity.end)
            for entity in entities
            if entity.kind not in ("digits", "keyword_amount")
        ]
        said = self._run.sub(lambda run: self._numbers(run, spans), said)
        for real, invented in self._names():
            said = said.replace(real, invented)
        return said

    def _names(self) -> list[tuple[str, str]]:
        """What the party may be called, and by what it is replaced; the longest first."""
        name = self._party.name
        invented = self.brief.party.name
        if not name:
            return []
        pairs = [(name, invented)]
        if len(name) > 2:  # a surname of two characters, 欧阳; nobody says it so of another
            pairs += [(name[:2] + word, invented[0] + word) for word in self._honorifics]
        pairs += [(name[0] + word, invented[0] + word) for word in self._honorifics]
        if len(name) > 2:
            pairs.append((name[1:], invented[1:]))
        return pairs

    def _numbers(self, run: re.Match[str], spans: Sequence[tuple[int, int]]) -> str:
        words = run.group()
        plain = "".join(self._digits.get(word, word) for word in words).upper()
        tail = self._party.id_tail.upper()
        if not (tail and plain.endswith(tail)) and any(s < run.end() and run.start() < e for s, e in spans):
            return words  # a sum or a day: the conversation turns on it
        wanted = (TAIL * len(words))[-len(words) :]
        if words.isascii():
            return wanted
        spoken = {digit: word for word, digit in reversed(self._digits.items())}
        return "".join(spoken.get(digit, digit) for digit in wanted)

    def _anonymous(self, brief: Brief) -> Brief:
        debt = replace(
            brief.debt,
            amount_due=_rounded(brief.debt.amount_due),
            minimum_due=_rounded(brief.debt.minimum_due, up=False),
        )
        party = replace(
            brief.party,
            name=_invented("name") if brief.party.name else "",
            id_tail=TAIL if brief.party.id_tail else "",
        )
        plan, broken = brief.instalments, brief.broken_promise
        offer = brief.offer
        if offer is not None:
            waives = _rounded(offer.waives, up=False)
            offer = replace(offer, id="offer", waives=waives, approved_by="scenario")
        return replace(
            brief,
            institution=_invented("institution"),
            hotline=_invented("hotline"),
            party=party,
            debt=debt,
            offer=offer,
            instalments=plan
            and replace(plan, id="plan", amount=_rounded(plan.amount), approved_by="scenario"),
            broken_promise=broken and replace(broken, amount=_rounded(broken.amount)),
        )


def _rounded(minor: int, *, up: bool = True) -> int:
    """To two figures, in whole units of the currency: 1234.56 becomes 1300, or 1200."""
    step = int(10 ** max(len(str(minor)) - 2, 2))
    whole = -(-minor // step) if up else minor // step
    return max(whole * step, min(minor, 100))
