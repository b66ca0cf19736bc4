"""When a call may be handed to a person at once, to whom, and with what words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.dialogue.brief import Brief
from bot.dialogue.speech import Speech
from bot.session import SessionResult
from campaigns.agents import AgentSettings
from campaigns.outcomes.whispers import HandoverWords
from telephony.line import Call
from telephony.transfer import Transferable, TransferOrder, Whisper


@dataclass(frozen=True, slots=True)
class Handover:
    """How this installation hands calls to people."""

    agents: AgentSettings
    words: HandoverWords
    speech: Speech
    zone: tzinfo

    def told(self, brief: Brief, call: Call, now: datetime) -> Brief:
        """``brief``, which says whether a person can take ``call`` over at once."""
        return replace(brief, agents=self.hindered(call, now) is None)

    def hindered(self, call: Call, now: datetime) -> str | None:
        """Why nobody can take ``call`` over at once, by a code: line or hours. None: somebody can."""
        if not isinstance(call, Transferable):
            return "line"
        return None if self.agents.at_work(now.astimezone(self.zone)) else "hours"

    def order(self, brief: Brief, result: SessionResult, taken: Callable[[], None]) -> TransferOrder:
        """Whom to ask for a call that is to be handed over. ``taken`` is called when one has accepted."""
        words = self.words
        by_staff = any(entry.event == "handed_over" for entry in result.entries)
        summary = words.whisper(brief, self.speech, right_party=result.outcome.right_party, by_staff=by_staff)
        return TransferOrder(
            self.agents.numbers,
            Whisper(summary, words.language),
            Whisper(words.sorry, words.language),
            ring_s=self.agents.ring_s,
            accept=words.accept,
            taken=taken,
        )
