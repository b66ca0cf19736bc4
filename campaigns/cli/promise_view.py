"""What a check of promises found, on a terminal."""

from __future__ import annotations

from campaigns.outcomes.checking import PromiseCheck
from campaigns.outcomes.report_words import words
from campaigns.tables import Table


def table_of(done: PromiseCheck, language: str) -> Table:
    """The promises that changed, by state and reason."""
    say = words(language)
    table = Table(say("promises"), say("reason"), say("count"))
    for (state, reason), count in sorted(done.changed.items()):
        table.add_row(say(state), say.code("promise", reason), f"{count:,}")
    return table
