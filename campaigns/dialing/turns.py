"""One turn of one member: reserve, dial, talk, settle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.tracing import Span, span
from campaigns.clock import Clock
from campaigns.compliance.facts import Purpose
from campaigns.dialing.briefing import brief_of
from campaigns.dialing.events import Decided, Dialled, Ended, Listener, Spoken, WorkerEvent, ignore
from campaigns.dialing.house import House
from campaigns.dialing.lease import Lease
from campaigns.dialing.number_check import check_numbers
from campaigns.dialing.record import CallRecord
from campaigns.dialing.reserve import Declined, Interrupted, Paced, Reserved, Rules, weigh_turn
from campaigns.dialing.serving import Served
from campaigns.dialing.settle import (
    LOST,
    TRUNK_FAULT,
    WITHDRAWN,
    settle_call,
    settle_lost,
)
from campaigns.dialing.staffing import StaffDesk
from campaigns.dialing.talk import VoiceTools, hold_call
from campaigns.dialing.trunk import begin_dial, is_late, settle_fault, settle_no_dial
from campaigns.logs.about import about
from campaigns.store import handout, lines, pacing
from campaigns.store.briefs import call_subject
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings
from campaigns.store.ledger import Reservation
from campaigns.store.pacing import Slot
from campaigns.store.threads import StoreThreads
from telephony.checks import NumberChecker
from telephony.connections import Connections
from telephony.errors import PermitError, TrunkFault
from telephony.line import Answered, Call, DialOrder, Line, NotAnswered
from telephony.permits import PermitClaims, PermitSigner
from telephony.status import NumberStatus

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What turns are worked off with; the same for all turns of a worker, whatever their campaign."""

    store: StoreThreads
    clock: Clock
    line: Line
    signer: PermitSigner
    checker: NumberChecker
    rules: Rules
    house: House
    lease: Lease
    staff: StaffDesk
    voice: VoiceTools | None = None  # for lines that carry sound
    listener: Listener = ignore
    connections: Connections = field(default_factory=Connections)  # of the line


class TurnTaker:
    """Works off turns. Safe to run many at once, and to run one again after a crash."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self._calls: dict[int, Call] = {}  # by attempt
        self.stopped = False  # True: what has not been dialled yet is given back

    async def check_numbers(self, customer_ids: Sequence[int]) -> None:
        """Ask for the state of the customers' numbers where it is not known."""
        tools = self.tools
        await check_numbers(customer_ids, tools.store, tools.checker, tools.rules.pack, tools.clock.now())

    async def room(self, campaign_id: int) -> int:
        """About how many turns of a campaign could get a slot soon. Raises StoreError."""
        tools = self.tools
        return await tools.store.run(pacing.room, tools.rules.trunk, campaign_id, tools.clock.now())

    def tell_lost(self, attempt_ids: Sequence[int]) -> None:
        """Tell of attempts that workers left who are no more."""
        now = self.tools.clock.now()
        for attempt_id in attempt_ids:
            self._tell(Ended(attempt_id, LOST, False, False, None, now))

    async def hang_up_all(self) -> None:
        """End the calls in progress: they are written down as far as they came."""
        await asyncio.gather(*(call.hang_up() for call in list(self._calls.values())))

    async def give_back(self, member_ids: Sequence[int]) -> None:
        """Turns that were claimed and not used."""
        tools = self.tools
        await tools.store.run(handout.put_back, member_ids, tools.clock.now(), tools.rules.worker)

    async def take(self, served: Served, member_id: int, turn: int) -> None:
        """Work off one turn. Raises StoreError when the database stays away."""
        if self.stopped:
            await self.give_back([member_id])
            return
        with span("turn") as current:
            await self._take(served, member_id, turn, current)

    async def _take(self, served: Served, member_id: int, turn: int, current: Span) -> None:
        tools = self.tools
        weighed = await tools.store.run(
            weigh_turn, member_id, turn, served.id, tools.rules, self._surroundings
        )
        match weighed:
            case Reserved(reservation):
                self._tell(Decided(member_id, "allow", "allowed"))
                await tools.clock.sleep((weighed.slot.at - tools.clock.now()).total_seconds())
                current.set_attribute("xiaorong.attempt", reservation.attempt_id)
                with about(attempt=reservation.attempt_id):
                    await self._dial(served, reservation, weighed)
            case Paced():
                self._tell(Decided(member_id, "paced", weighed.reason, weighed.until))
            case Declined(verdict):
                until = getattr(verdict, "until", None)
                self._tell(Decided(member_id, type(verdict).__name__.lower(), verdict.reason, until))
            case Interrupted(attempt_id):
                await self._lose(attempt_id)
            case _:
                pass

    def _surroundings(self) -> Surroundings:
        tools = self.tools
        now = tools.clock.now()
        return Surroundings(
            now,
            tools.line.simulated,
            tools.clock.virtual,
            now - tools.rules.pack.look_back,
            now.astimezone(tools.house.zone).date(),
            frozenset(tools.rules.pack.rules.gates),
        )

    async def _lose(self, attempt_id: int) -> None:
        tools = self.tools
        now = tools.clock.now()
        if await tools.store.run(settle_lost, attempt_id, now, tools.house):
            self._tell(Ended(attempt_id, LOST, False, False, None, now))

    async def _dial(self, served: Served, reservation: Reservation, reserved: Reserved) -> None:
        tools = self.tools
        attempt_id, slot = reservation.attempt_id, reserved.slot
        order = DialOrder(reservation.e164, slot.caller_id, tools.signer.issue(_claims(reservation)))
        if not await self._may_dial(reservation, slot):
            await self._withdraw(attempt_id, slot)
            return
        started_at = tools.clock.now()
        self._tell(Dialled(attempt_id, started_at))
        try:
            with span("dial", line=tools.line.name):
                call = await tools.line.dial(order)
        except TrunkFault as fault:
            await self._settle_fault(attempt_id, slot, fault)
            return
        except (
            PermitError
        ) as error:  # nothing was sent: this process stood still for longer than a permit lives
            log.warning("attempt %s was not dialled: %s", attempt_id, error)
            await self._withdraw(attempt_id, slot)
            return
        self._calls[attempt_id] = call
        try:
            if not tools.lease.holds:
                await call.hang_up()
            try:
                with span("answer"):
                    answer = await call.answer()
            except TrunkFault as fault:
                await self._settle_fault(attempt_id, slot, fault)
                return
            if slot.watched:
                at, line_rules = tools.clock.now(), tools.rules.trunk.rules
                await tools.store.run(lines.report_success, slot.line, slot.passed_at, at, line_rules)
            record = await self._record(served, call, answer, started_at, reservation, reserved)
        finally:
            del self._calls[attempt_id]
            await call.hang_up()
        with span("settle", disposition=record.disposition):
            settled = await tools.store.run(settle_call, attempt_id, record, tools.house)
        if settled:
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

    async def _may_dial(self, reservation: Reservation, slot: Slot) -> bool:
        """Spend the permit; whether the dial may follow at once."""
        tools = self.tools
        if self.stopped or not tools.lease.holds:
            return False

        def begin(session: Session) -> datetime | None:
            # The time when it is tried: the database may have been away for long.
            at = tools.clock.now()
            return at if begin_dial(session, reservation, slot, at, tools.rules.worker) else None

        begun_at = await tools.store.run(begin)
        # A database that answers late told what was true then: a pause may have come since.
        return begun_at is not None and tools.lease.holds and not is_late(begun_at, tools.clock.now())

    async def _withdraw(self, attempt_id: int, slot: Slot) -> None:
        """Nothing was sent: the attempt is given up without a charge."""
        at = self.tools.clock.now()
        if await self.tools.store.run(settle_no_dial, attempt_id, slot, at):
            self._tell(Ended(attempt_id, WITHDRAWN, False, False, None, at))

    async def _settle_fault(self, attempt_id: int, slot: Slot, fault: TrunkFault) -> None:
        tools = self.tools
        at = tools.clock.now()
        log.info("attempt %d: %s", attempt_id, fault)
        line_rules = tools.rules.trunk.rules
        if await tools.store.run(settle_fault, attempt_id, slot, fault, at, tools.house, line_rules):
            self._tell(Ended(attempt_id, TRUNK_FAULT, False, False, None, at))

    def _tell(self, event: WorkerEvent) -> None:
        """Tell whoever watches; a fault of theirs is no fault of the call."""
        try:
            self.tools.listener(event)
        except Exception as error:
            log.error("a listener failed: %s", type(error).__name__)

    async def _record(
        self,
        served: Served,
        call: Call,
        answer: Answered | NotAnswered,
        started_at: datetime,
        reservation: Reservation,
        reserved: Reserved,
    ) -> CallRecord:
        """What came of a call: at once when nobody answered, else after the talk."""
        tools = self.tools
        script = served.script(reservation.flow)
        flow = script.flow
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
            subject, script.prompts.speech, tools.house, today, speaks_of_debt=flow.speaks_of_debt
        )
        if tools.house.handover is not None:
            brief = tools.house.handover.told(brief, call, answered_at)
        # Paid while it rang: the opening is said, then a goodbye; there is nothing left to remind of.
        paid = served.purpose is not Purpose.MARKETING and subject.debt.amount_due <= 0
        with tools.staff.on(reservation.attempt_id, call) as staff:
            held = await hold_call(
                call,
                brief,
                script,
                tools.clock,
                answered_at if paid else reserved.ends_by,
                lambda entry: self._tell(Spoken(reservation.attempt_id, entry)),
                voice=tools.voice,
                answered_at=answered_at,
                handover=tools.house.handover,
                staff=staff,
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
            transfer=held.transfer,
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
