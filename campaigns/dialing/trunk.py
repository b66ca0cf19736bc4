"""A call and its line: the dial begins only while the line is dialled on, and the line hears how it went."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.dialing.house import House
from campaigns.dialing.line_rules import LineRules
from campaigns.dialing.pacing import LATE_S
from campaigns.dialing.settle import settle_trunk_fault, settle_withdrawn
from campaigns.said import Code, Said
from campaigns.store import ledger, lines
from campaigns.store.database import Session
from campaigns.store.ledger import Reservation
from campaigns.store.pacing import Slot
from telephony.errors import TrunkFault


def is_late(moment: datetime, now: datetime) -> bool:
    """Whether what was to be done at ``moment`` is not to be done any more."""
    return now > moment + timedelta(seconds=LATE_S)


def begin_dial(session: Session, reservation: Reservation, slot: Slot, at: datetime, worker: str) -> bool:
    """As ``ledger.start_dial``; False also when the slot was missed or the line is left alone by now."""
    if is_late(slot.at, at) or not lines.may_start(session, slot.line, probe=slot.probe):
        return False
    return ledger.start_dial(session, reservation, at, worker)


def settle_no_dial(session: Session, attempt_id: int, slot: Slot, at: datetime) -> bool:
    """Reserved and never dialled; a probe's place is free for another."""
    if not settle_withdrawn(session, attempt_id, at):
        return False
    if slot.probe:
        lines.report_no_dial(session, slot.line, slot.passed_at, at)
    return True


def settle_fault(
    session: Session,
    attempt_id: int,
    slot: Slot,
    fault: TrunkFault,
    at: datetime,
    house: House,
    rules: LineRules,
) -> bool:
    """The trunk failed the call: it is not charged, and the line is dialled on more slowly, or not at all.

    A fault that fails every call pauses all campaigns with what a person has to do.
    """
    if not settle_trunk_fault(
        session, attempt_id, at, house, again_at=at if fault.stops_everything else None
    ):
        return False
    lines.report_fault(session, slot.line, slot.passed_at, at, str(fault), rules)
    if fault.stops_everything:
        lines.pause_all(
            session,
            Said(
                "the line %(line)s places no calls: %(fault)s. Put it right, test it with "
                "'xiaorong line check', then resume",
                line=slot.line,
                fault=Code("line_fault", str(fault)),
            ),
            at,
        )
    return True
