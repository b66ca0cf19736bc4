"""One turn of one member: reserve, dial, talk, settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaigns.clock import Clock
from campaigns.dialing.briefing import brief_of
from campaigns.dialing.events import Decided, Dialled, Ended, Listener, Spoken, ignore
from campaigns.dialing.number_check import check_numbers
from campaigns.dialing.pacing import TokenBucket
from campaigns.dialing.record import CallRecord
from campaigns.dialing.reserve import Declined, Interrupted, Reserved, Rules, weigh_turn
from campaigns.dialing.settle import LOST, TRUNK_FAULT, House, settle_call, settle_lost, settle_trunk_fault
from campaigns.dialing.talk import Script, hold_call
from campaigns.store import campaigns as store_campaigns
from campaigns.store import ledger
from campaigns.store.briefs import call_subject
from campaigns.store.facts import Surroundings
from campaigns.store.ledger import Reservation
from campaigns.store.threads import StoreThreads
from telephony.checks import NumberChecker
from telephony.errors import TrunkFault
from telephony.line import Call, DialOrder, Line, NotAnswered
from telephony.permits import PermitClaims, PermitSigner
from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class Tools:
    """What a turn is worked off with; the same for all turns of a campaign."""

    campaign_id: int
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
    listener: Listener = ignore


class TurnTaker:
    """Works off turns. Safe to run many at once, and to run one again after a crash."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._look_back = look_back(tools.rules)

    async def check_numbers(self, customer_ids: Sequence[int]) -> None:
        """Ask for the state of the customers' numbers where it is not known."""
        tools = self._tools
        await check_numbers(customer_ids, tools.store, tools.checker, tools.rules.pack, tools.clock.now())

    async def take(self, member_id: int, turn: int) -> None:
        """Work off one turn. Raises StoreError when the database stays away."""
        tools = self._tools
        await tools.pacer.take()
        now = tools.clock.now()
        around = Surroundings(now, tools.line.simulated, tools.clock.virtual, now - self._look_back)
        weighed = await tools.store.run(weigh_turn, member_id, turn, tools.campaign_id, tools.rules, around)
        match weighed:
            case Reserved(reservation, _):
                tools.listener(Decided(member_id, "allow", "allowed"))
                await self._dial(reservation, weighed)
            case Declined(verdict):
                until = getattr(verdict, "until", None)
                kind = type(verdict).__name__.lower()
                tools.listener(Decided(member_id, kind, verdict.reason, until))
            case Interrupted(attempt_id):
                await self._lose(attempt_id)
            case _:
                pass

    async def recover(self, member_id: int) -> None:
        """Bring a member whose turn got lost back to where its ledger says."""
        tools = self._tools
        attempt_id = await tools.store.run(ledger.live_attempt, member_id)
        if attempt_id is not None:
            await self._lose(attempt_id)
        else:
            await tools.store.run(store_campaigns.put_back, [member_id], tools.clock.now())

    async def _lose(self, attempt_id: int) -> None:
        tools = self._tools
        now = tools.clock.now()
        if await tools.store.run(settle_lost, attempt_id, now, tools.house):
            tools.listener(Ended(attempt_id, LOST, False, False, None, now))

    async def _dial(self, reservation: Reservation, reserved: Reserved) -> None:
        tools = self._tools
        now = tools.clock.now()
        if not await tools.store.run(ledger.start_dial, reservation, now):
            await self._lose(reservation.attempt_id)
            return
        order = DialOrder(reservation.e164, tools.caller_id, tools.signer.issue(_claims(reservation)))
        tools.listener(Dialled(reservation.attempt_id, now))
        try:
            call = await tools.line.dial(order)
            record = await self._call(call, reservation, reserved)
        except TrunkFault:
            at = tools.clock.now()
            await tools.store.run(settle_trunk_fault, reservation.attempt_id, at, tools.house)
            tools.listener(Ended(reservation.attempt_id, TRUNK_FAULT, False, False, None, at))
            return
        if await tools.store.run(settle_call, reservation.attempt_id, record, tools.house):
            outcome = record.outcome
            tools.listener(
                Ended(
                    reservation.attempt_id,
                    record.disposition,
                    record.answered_at is not None,
                    outcome is not None and outcome.right_party,
                    outcome.promise.amount if outcome and outcome.promise else None,
                    record.ended_at,
                )
            )

    async def _call(self, call: Call, reservation: Reservation, reserved: Reserved) -> CallRecord:
        """From ringing to hang-up."""
        tools = self._tools
        started_at = tools.clock.now()
        try:
            answer = await call.answer()
        except BaseException:
            await call.hang_up()
            raise
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
        answered_at = tools.clock.now()
        today = answered_at.astimezone(tools.house.zone).date()
        subject = await tools.store.run(call_subject, reservation.member_id, today)
        brief = brief_of(subject, tools.script.prompts.speech, tools.house)
        result = await hold_call(
            call,
            brief,
            tools.script,
            tools.clock,
            reserved.ends_by,
            lambda entry: tools.listener(Spoken(reservation.attempt_id, entry)),
        )
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
        )


def look_back(rules: Rules) -> timedelta:
    """How far back the counts of a decision reach, by the rule pack, with a day to spare for time zones."""
    pack = rules.pack.rules
    days = max((cap.days for cap in pack.caps.values()), default=1)
    hours = max((state.within_h for state in pack.number_states.values()), default=0)
    return timedelta(days=max(7, days, hours / 24) + 1)


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
