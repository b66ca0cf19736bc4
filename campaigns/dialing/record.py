"""The record of one call: everything that is settled, in one transaction, when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogue.outcome import Outcome
from telephony.status import NumberStatus
from telephony.transfer import Transferred

if TYPE_CHECKING:
    from bot.dialogue.brief import Brief
    from bot.transcript import Entry


@dataclass(frozen=True, slots=True)
class CallRecord:
    """How a dial ended, and what came of the conversation if there was one."""

    line: str
    line_call_id: str
    flow: str
    flow_version: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    cause: str  # telephony.status.HangupCause
    disposition: str
    sip_code: int | None = None
    number_status: NumberStatus | None = None  # what the line taught
    outcome: Outcome | None = None  # None when nobody was spoken to
    entries: tuple[Entry, ...] = ()
    brief: Brief | None = None  # what the bot was told, for a replay
    transfer: Transferred | None = None  # None: no person was asked to take it over
    recording: str | None = None  # the file of its recording, within the folder of recordings
