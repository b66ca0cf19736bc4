"""One turn of one member: reserve, dial, talk, settle."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.clock import Clock
from campaigns.compliance.facts import Purpose
from campaigns.dialing.briefing import brief_of
from campaigns.dialing.events import Decided, Dialled, Ended, Listener, Spoken, WorkerEvent, ignore
from campaigns.dialing.house import House
from campaigns.dialing.number_check import check_numbers
from campaigns.dialing.pacing import TokenBucket
from campaigns.dialing.record import CallRecord
from campaigns.dialing.reserve import Declined, Interrupted, Reserved, Rules, weigh_turn
from campaigns.dialing.settle import (
    LOST,
    TRUNK_FAULT,
    WITHDRAWN,
    settle_call,
    settle_left_behind,
    settle_lost,
    settle_trunk_fault,
    settle_withdrawn,
)
from campaigns.dialing.talk import Script, VoiceTools, hold_call
from campaigns.store import campaigns as store_campaigns
from campaigns.store import ledger
from campaigns.store.briefs import call_subject
from campaigns.store.facts import Surroundings
from campaigns.store.ledger import Reservation
from campaigns.store.threads import StoreThreads
from telephony.checks import NumberChecker
from telephony.errors import TrunkFault
from telephony.line import Answered, Call, DialOrder, Line, NotAnswered
from telephony.permits import PermitClaims, PermitSigner
from telephony.status import NumberStatus

log = logging.getLogger(__name__)

MOST_PACING_S = 20.0  # a permit lives 60 s


@dataclass(frozen=True, slots=True)
class Tools:
    """What a turn is worked off with; the same for all turns of a campaign."""

    campaign_id: int
    purpose: Purpose
    store: StoreThreads
    clock: Clock
    line: Line
    signer: PermitSigner
    checker: NumberChecker
    script: Script
    rules: Rules
    house: House
    pacer: TokenBucket
    caller_id: str
    voice: VoiceTools | None = None  # for lines that carry sound
    listener: Listener = ignore


class TurnTaker:
    """Works off turns. Safe to run many at once, and to run one again after a crash."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.stopped = False  # True: what has not been dialled yet is given back

    async def check_numbers(self, customer_ids: Sequence[int]) -> None:
        """Ask for the state of the customers' numbers where it is not known."""
        tools = self._tools
        await check_numbers(customer_ids, tools.store, tools.checker, tools.rules.pack, tools.clock.now())

    def room(self) -> int:
        """How many turns could be paced out before their permits are over."""
        return max(1, self._tools.pacer.room(MOST_PACING_S))

    async def settle_left_behind(self) -> None:
        """Bring everything that a dead worker left to an end. Raises StoreError."""
        tools = self._tools
        now = tools.clock.now()
        for attempt_id in await tools.store.run(settle_left_behind, now, tools.house):
            self._tell(Ended(attempt_id, LOST, False, False, None, now))

    async def give_back(self, member_ids: Sequence[int]) -> None:
        """Turns that were claimed and not used."""
        await self._tools.store.run(store_campaigns.put_back, member_ids, self._tools.clock.now())

    async def take(self, member_id: int, turn: int) -> None:
        """Work off one turn. Raises StoreError when the database stays away."""
        tools = self._tools
        if self.stopped:
            await self.give_back([member_id])
            return
        now = tools.clock.now()
        around = Surroundings(
            now,
            tools.line.simulated,
            tools.clock.virtual,
            now - tools.rules.pack.look_back,
            now.astimezone(tools.house.zone).date(),
            frozenset(tools.rules.pack.rules.gates),
        )
        weighed = await tools.store.run(weigh_turn, member_id, turn, tools.campaign_id, tools.rules, around)
        match weighed:
            case Reserved(reservation, _):
                self._tell(Decided(member_id, "allow", "allowed"))
                await tools.pacer.take()
                await self._dial(reservation, weighed)
            case Declined(verdict):
                until = getattr(verdict, "until", None)
                self._tell(Decided(member_id, type(verdict).__name__.lower(), verdict.reason, until))
            case Interrupted(attempt_id):
                await self._lose(attempt_id)
            case _:
                pass

    async def _lose(self, attempt_id: int) -> None:
        tools = self._tools
        now = tools.clock.now()
        if await tools.store.run(settle_lost, attempt_id, now, tools.house):
            self._tell(Ended(attempt_id, LOST, False, False, None, now))

    async def _dial(self, reservation: Reservation, reserved: Reserved) -> None:
        tools = self._tools
        attempt_id = reservation.attempt_id
        now = tools.clock.now()
        if self.stopped or not await tools.store.run(ledger.start_dial, reservation, now):
            await tools.store.run(settle_withdrawn, attempt_id, tools.clock.now())
            self._tell(Ended(attempt_id, WITHDRAWN, False, False, None, now))
            return
        order = DialOrder(reservation.e164, tools.caller_id, tools.signer.issue(_claims(reservation)))
        self._tell(Dialled(attempt_id, now))
        started_at = tools.clock.now()
        try:
            call = await tools.line.dial(order)
        except TrunkFault:
            await self._settle_trunk_fault(attempt_id)
            return
        try:
            try:
                answer = await call.answer()
            except TrunkFault:
                await self._settle_trunk_fault(attempt_id)
                return
            record = await self._record(call, answer, started_at, reservation, reserved)
        finally:
            await call.hang_up()
        if await tools.store.run(settle_call, attempt_id, record, tools.house):
            outcome = record.outcome
            self._tell(
                Ended(
                    attempt_id,
                    record.disposition,
                    record.answered_at is not None,
                    outcome is not None and outcome.right_party,
                    outcome.promise.amount if outcome and outcome.promise else None,
                    record.ended_at,
                )
            )

    async def _settle_trunk_fault(self, attempt_id: int) -> None:
        at = self._tools.clock.now()
        if await self._tools.store.run(settle_trunk_fault, attempt_id, at, self._tools.house):
            self._tell(Ended(attempt_id, TRUNK_FAULT, False, False, None, at))

    def _tell(self, event: WorkerEvent) -> None:
        """Tell whoever watches; a fault of theirs is no fault of the call."""
        try:
            self._tools.listener(event)
        except Exception as error:
            log.error("a listener failed: %s", type(error).__name__)

    async def _record(
        self,
        call: Call,
        answer: Answered | NotAnswered,
        started_at: datetime,
        reservation: Reservation,
        reserved: Reserved,
    ) -> CallRecord:
        """What came of a call: at once when nobody answered, else after the talk."""
        tools = self._tools
        flow = tools.script.flow
        if isinstance(answer, NotAnswered):
            return CallRecord(
                line=tools.line.name,
                line_call_id=call.id,
                flow=flow.name,
                flow_version=flow.version,
                started_at=started_at,
                answered_at=None,
                ended_at=tools.clock.now(),
                cause=answer.cause,
                disposition=answer.cause,
                sip_code=answer.sip_code,
                number_status=answer.status,
            )
        answered_at = tools.clock.now() - timedelta(seconds=answer.listened_s)
        today = answered_at.astimezone(tools.house.zone).date()
        subject = await tools.store.run(call_subject, reservation.member_id, today)
        brief = brief_of(
            subject, tools.script.prompts.speech, tools.house, today, speaks_of_debt=flow.speaks_of_debt
        )
        # Paid while it rang: the opening is said, then a goodbye; there is nothing left to remind of.
        paid = tools.purpose is not Purpose.MARKETING and subject.debt.amount_due <= 0
        held = await hold_call(
            call,
            brief,
            tools.script,
            tools.clock,
            answered_at if paid else reserved.ends_by,
            lambda entry: self._tell(Spoken(reservation.attempt_id, entry)),
            voice=tools.voice,
            answered_at=answered_at,
        )
        result = held.result
        return CallRecord(
            line=tools.line.name,
            line_call_id=call.id,
            flow=flow.name,
            flow_version=flow.version,
            started_at=started_at,
            answered_at=answered_at,
            ended_at=tools.clock.now(),
            cause=call.cause or "normal",
            disposition=result.outcome.disposition,
            number_status=NumberStatus.ACTIVE,
            outcome=result.outcome,
            entries=result.entries,
            brief=brief,
            recording=held.recorded.name if held.recorded else None,
        )


def _claims(reservation: Reservation) -> PermitClaims:
    return PermitClaims(
        id=reservation.permit_id,
        number=reservation.e164,
        attempt_id=reservation.attempt_id,
        nth=reservation.nth,
        pack=reservation.pack,
        issued_at=reservation.issued_at,
        expires_at=reservation.expires_at,
    )
