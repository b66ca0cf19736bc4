"""When a call may be handed to a person at once, to whom, and with what words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.dialogue.brief import Brief
from bot.dialogue.dispositions import Disposition
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
        able = isinstance(call, Transferable) and self.agents.at_work(now.astimezone(self.zone))
        return replace(brief, agents=able)

    def order(self, brief: Brief, result: SessionResult) -> TransferOrder:
        """Whom to ask for a call that was to be handed over."""
        words = self.words
        summary = words.whisper(brief, self.speech, right_party=result.outcome.right_party)
        return TransferOrder(
            self.agents.numbers,
            Whisper(summary, words.language),
            Whisper(words.sorry, words.language),
            ring_s=self.agents.ring_s,
            accept=words.accept,
        )


def is_handed_over(brief: Brief, result: SessionResult) -> bool:
    """Whether the bot has said that a person takes over, and the customer is still there."""
    asked = result.outcome.disposition == Disposition.HUMAN_REQUESTED
    return brief.agents and asked and result.hung_up_by == "bot" and result.fault is None
