"""A call in one line, for the person who takes it up: how it ended, what was promised, what was said.

Nothing that identifies anybody: names shortened, figures that may be numbers or ids hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.outcomes.figures import money
from campaigns.outcomes.report_words import Words

LONGEST_SAID = 60
SAID = 2  # sentences of the customer, the last ones
_SPOKEN = "[零〇一二三四五六七八九幺两]"
# Four figures in a row, or three and an X, may be the end of an id; an amount in figures says so behind them.
_NUMBER = (
    r"\d(?:[\s-]?\d){3,}[xX]?(?!\s?[\d元块])"
    r"|\d(?:[\s-]?\d){2}[\s-]?[xX](?![a-zA-Z])"
    rf"|{_SPOKEN}(?:[\s-]?{_SPOKEN}){{3,}}"
)
_HIDDEN = re.compile(rf"[\w.+-]+@[\w-]+\.[\w.]+|{_NUMBER}")
MASK = "****"


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised in the call. Minor units."""

    amount: int
    currency: str
    due: date
    state: str


@dataclass(frozen=True, slots=True)
class CallGist:
    """What a call is told by. ``said``: what the customer said, in order."""

    disposition: str
    promised: Promised | None
    said: Sequence[str]
    name: str | None


def gist(call: CallGist, say: Words) -> str:
    """One line; no line break in it, whatever was said."""
    parts = [say.disposition(call.disposition)]
    if call.promised is not None:
        promised = call.promised
        parts.append(
            f"{money(promised.amount)} {promised.currency} {promised.due} "
            f"({say.code('promise_state', promised.state)})"
        )
    said = [masked(text, call.name) for text in call.said[-SAID:] if text.strip()]
    if said:
        parts.append("“" + " / ".join(said) + "”")
    return "; ".join(parts)


def masked(text: str, name: str | None) -> str:
    """What was said, in one short line, without names and numbers."""
    line = " ".join(text.split())
    if name and len(name) > 1:
        line = line.replace(name, f"{name[0]}*")
    line = _HIDDEN.sub(MASK, line)
    return line if len(line) <= LONGEST_SAID else line[: LONGEST_SAID - 1] + "…"
