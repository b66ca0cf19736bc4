"""What one process knows of the calls that it holds, in memory, for those who may come to watch."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.transcript import Entry
from campaigns.dialing.events import (
    CameIn,
    Dialled,
    Ended,
    EndedIn,
    GoneIn,
    RangIn,
    ReceptionEvent,
    SaidIn,
    Spoken,
    WorkerEvent,
)
from campaigns.dialing.staffing import Handle
from campaigns.store.live import MOST_LINES, SaidLine
from campaigns.store.live_incoming import IncomingNow
from campaigns.store.live_key import LiveKey

MOST_CALLS: Final = 2_000
SPOKEN: Final = ("bot", "customer")


@dataclass(slots=True)
class _Said:
    """What is said in one call. ``told``: the lines up to this number are in the store."""

    answered_at: datetime | None = None
    lines: deque[SaidLine] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    next_seq: int = 0
    told: int = 0

    def hear(self, entry: Entry) -> None:
        self.answered_at = self.answered_at or entry.at
        if entry.speaker in SPOKEN and entry.text:
            line = SaidLine(self.next_seq, entry.at, entry.speaker, entry.text, entry.intent)
            self.lines.append(line)
            self.next_seq += 1


@dataclass(slots=True)
class _Incoming:
    """A call to us. ``told``: as the store has it; ``id``: of its row there."""

    now: IncomingNow
    said: _Said = field(default_factory=_Said)
    told: IncomingNow | None = None
    id: int | None = None


class CallsInHand:
    """Calls of both directions, from the dial or the ring to the end."""

    def __init__(self) -> None:
        self._attempts: dict[int, _Said] = {}
        self._incoming: dict[str, _Incoming] = {}

    def hear(self, event: WorkerEvent) -> None:
        """What a worker tells."""
        match event:
            case Dialled(attempt_id) if len(self._attempts) < MOST_CALLS:
                self._attempts[attempt_id] = _Said()
            case Spoken(attempt_id, entry) if attempt_id in self._attempts:
                self._attempts[attempt_id].hear(entry)
            case Ended(attempt_id):
                self._attempts.pop(attempt_id, None)
            case _:
                pass

    def hear_in(self, event: ReceptionEvent) -> None:
        """What a reception tells."""
        if isinstance(event, RangIn):
            if len(self._incoming) < MOST_CALLS:
                now = IncomingNow(event.line, event.line_call_id, event.customer_id, event.number, event.at)
                self._incoming[event.line_call_id] = _Incoming(now)
            return
        call = self._incoming.get(event.line_call_id)
        if call is None:
            return
        match event:
            case CameIn(at=at):
                call.now = replace(call.now, answered_at=at)
            case SaidIn(entry=entry):
                call.said.hear(entry)
            case EndedIn(call_id=call_id, at=at):
                call.now = replace(call.now, ended_at=at, call_id=call_id)
            case GoneIn(at=at):
                call.now = replace(call.now, ended_at=call.now.ended_at or at)
                if call.id is None:  # nobody has seen it
                    del self._incoming[event.line_call_id]

    def board(self) -> list[tuple[int, str | None]]:
        """Attempts in hand with the time (ISO) of their answer, None while they ring."""
        return [
            (attempt_id, None if call.answered_at is None else call.answered_at.isoformat())
            for attempt_id, call in self._attempts.items()
        ]

    def incoming_to_tell(self, *, only_known: bool = False) -> list[IncomingNow]:
        """Calls to us that stand otherwise than was told; ``only_known``: only those told of at all."""
        return [
            call.now
            for call in self._incoming.values()
            if call.now != call.told and not (only_known and call.id is None)
        ]

    def new_lines(self, watched: Collection[str]) -> dict[str, list[SaidLine]]:
        """What was said in calls that are watched and has not been told yet, by their keys."""
        found = {}
        for key, said in self._by_key().items():
            if key in watched and (lines := [line for line in said.lines if line.seq >= said.told]):
                found[key] = lines
        return found

    def told(
        self, lines: dict[str, list[SaidLine]], incoming: Collection[IncomingNow], ids: dict[str, int]
    ) -> None:
        """These are in the store now."""
        by_key = self._by_key()
        for key, told in lines.items():
            if key in by_key:
                by_key[key].told = told[-1].seq + 1
        for now in incoming:
            call = self._incoming.get(now.line_call_id)
            if call is not None:
                call.told, call.id = now, ids.get(now.line_call_id, call.id)
                if now.ended_at is not None and call.now == now:
                    del self._incoming[now.line_call_id]

    def forget_told(self) -> None:
        """What was said is in the store no more."""
        for said in self._by_key().values():
            said.told = 0

    def handle(self, key: LiveKey) -> Handle | None:
        """How whoever talks on the call of this key calls it; None: it is not in hand here."""
        if not key.incoming:
            return key.id if key.id in self._attempts else None
        return next((name for name, call in self._incoming.items() if call.id == key.id), None)

    def keys(self) -> list[str]:
        """Of all that can be watched."""
        return list(self._by_key())

    def _by_key(self) -> dict[str, _Said]:
        calls = {str(LiveKey(attempt_id)): said for attempt_id, said in self._attempts.items()}
        for call in self._incoming.values():
            if call.id is not None:
                calls[str(LiveKey(call.id, incoming=True))] = call.said
        return calls
