"""Calls that come in: who calls is looked up by number, the inbound flow is held, and all is put on record.

No permit is asked for: the customer called. The talk counts wherever the rule pack counts talks, and is no
attempt of ours. A bar on automated calls bars ours, not theirs.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.dialogue.brief import Brief, unknown_caller
from campaigns.clock import Clock, Release
from campaigns.dialing.briefing import brief_of
from campaigns.dialing.events import CameIn, EndedIn, GoneIn, RangIn, ReceptionEvent, SaidIn
from campaigns.dialing.house import House
from campaigns.dialing.record import CallRecord
from campaigns.dialing.settle_inbound import InboundCaller, settle_inbound
from campaigns.dialing.staffing import StaffDesk
from campaigns.dialing.talk import Script, VoiceTools, hold_call
from campaigns.logs.about import about
from campaigns.store.briefs import CallSubject, subject_of_number
from campaigns.store.threads import StoreThreads
from telephony.connections import Connections
from telephony.line import Call, InboundCalls, Incoming, NotAnswered
from telephony.status import HangupCause

log = logging.getLogger(__name__)

FLOW = "inbound"

LONGEST_TALK = timedelta(minutes=30)
"""No window closes on a customer who calls; a talk that never ends must end somewhere (house rule)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What calls are received with: ``script`` of the inbound flow, ``voice`` for lines that carry sound.

    ``staff``: who may want something of a call; ``beside``: what goes on while calls are received.
    """

    store: StoreThreads
    clock: Clock
    script: Script
    house: House
    listener: Callable[[ReceptionEvent], None] = lambda _event: None
    voice: VoiceTools | None = None
    connections: Connections = field(default_factory=Connections)
    staff: StaffDesk | None = None
    beside: Callable[[], AbstractAsyncContextManager[object]] = nullcontext


class Reception:
    """Receives calls, as many at once as come. One that goes wrong is hung up and leaves the others alone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._staff = desk.staff or StaffDesk(desk.house.handover, desk.clock)
        self._calls: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[None] | None = None
        self._stopped = False
        self.failed = 0  # calls that ended in a fault of ours, of which nothing is on record

    @property
    def live(self) -> int:
        """Calls that are going on."""
        return len(self._calls)

    def stop(self) -> None:
        """Take no more calls; ``serve`` returns when those in progress have ended."""
        self._stopped = True
        if self._taking is not None:
            self._taking.cancel()

    async def serve(self, inbound: InboundCalls) -> None:
        """Receive calls until no more can come, or it is stopped, and the last is over."""
        async with self._desk.connections, self._desk.beside():
            try:
                if not self._stopped:
                    self._taking = asyncio.create_task(self._take(inbound))
                    await asyncio.wait({self._taking})
                    if not self._taking.cancelled():
                        self._taking.result()
                await asyncio.gather(*self._calls)
            finally:
                tasks = {*self._calls, *([self._taking] if self._taking else [])}
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, inbound: InboundCalls) -> None:
        clock = self._desk.clock
        with clock.busy():
            async with aclosing(inbound.calls()) as calls:
                async for incoming in calls:
                    # A mark for each call holds virtual time while it is talked to.
                    task = asyncio.create_task(self._receive(incoming, inbound.name, clock.hold()))
                    self._calls.add(task)
                    task.add_done_callback(self._calls.discard)

    async def _receive(self, incoming: Incoming, line: str, release: Release) -> None:
        try:
            with about(call=incoming.call.id):
                await self._hold(incoming, line)
        except Exception as error:
            # Only the class and the place: a message may hold what a customer said.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a call that came in failed: %s at %s:%s", type(error).__name__, where.name, where.lineno
            )
            self.failed += 1
        finally:
            await incoming.call.hang_up()
            self._tell(GoneIn(incoming.call.id, self._desk.clock.now()))
            release()

    async def _hold(self, incoming: Incoming, line: str) -> None:
        desk, call, flow = self._desk, incoming.call, self._desk.script.flow
        started_at = desk.clock.now()
        subject = await self._subject(incoming.number)
        customer_id = subject.customer_id if subject else None
        self._tell(RangIn(call.id, line, customer_id, incoming.number, started_at))
        answer = await call.answer()
        ring = CallRecord(
            line=line,
            line_call_id=call.id,
            flow=flow.name,
            flow_version=flow.version,
            started_at=started_at,
            answered_at=None,
            ended_at=desk.clock.now(),
            cause=HangupCause.NO_ANSWER,
            disposition=HangupCause.NO_ANSWER,
        )
        record = ring
        if not isinstance(answer, NotAnswered):
            self._tell(CameIn(call.id, subject is not None, ring.ended_at))
            record = await self._talk(call, ring, subject)
        caller = InboundCaller(
            subject.customer_id if subject else None, subject.account_id if subject else None, incoming.number
        )
        call_id = await desk.store.run(settle_inbound, record, caller, desk.house)
        outcome = record.outcome
        promised = outcome.promise.amount if outcome and outcome.promise else None
        right_party = outcome is not None and outcome.right_party
        self._tell(EndedIn(call.id, call_id, record.disposition, right_party, promised, record.ended_at))

    async def _talk(self, call: Call, ring: CallRecord, subject: CallSubject | None) -> CallRecord:
        desk = self._desk
        answered_at = ring.ended_at
        brief = self._brief(subject, answered_at)
        if desk.house.handover is not None:
            brief = desk.house.handover.told(brief, call, answered_at)
        with self._staff.on(call.id, call) as staff:
            held = await hold_call(
                call,
                brief,
                desk.script,
                desk.clock,
                answered_at + LONGEST_TALK,
                lambda entry: self._tell(SaidIn(call.id, entry)),
                voice=desk.voice,
                answered_at=answered_at,
                handover=desk.house.handover,
                staff=staff,
            )
        result = held.result
        return replace(
            ring,
            answered_at=answered_at,
            ended_at=desk.clock.now(),
            cause=call.cause or HangupCause.NORMAL,
            disposition=result.outcome.disposition,
            outcome=result.outcome,
            entries=result.entries,
            brief=brief,
            transfer=held.transfer,
            recording=held.recorded.name if held.recorded else None,
        )

    async def _subject(self, number: str | None) -> CallSubject | None:
        """The one customer whose number it is; None: whoever calls is told nothing."""
        if number is None:
            return None
        today = self._desk.clock.now().astimezone(self._desk.house.zone).date()
        return await self._desk.store.run(subject_of_number, number, today)

    def _brief(self, subject: CallSubject | None, at: datetime) -> Brief:
        house = self._desk.house
        if subject is None:
            return unknown_caller(house.institution, house.hotline)
        speech = self._desk.script.prompts.speech
        return brief_of(subject, speech, house, at.astimezone(house.zone).date())

    def _tell(self, event: ReceptionEvent) -> None:
        """Tell whoever watches; a fault of theirs is no fault of the call."""
        try:
            self._desk.listener(event)
        except Exception as error:
            log.error("a listener failed: %s", type(error).__name__)
