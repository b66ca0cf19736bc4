"""Records that turn out to be one person. Nothing on record is rewritten: the records are linked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError
from campaigns.store.customers import customer_by_external_id
from campaigns.store.experiments import HOLDOUT_REASON
from campaigns.store.ledger import LIVE
from campaigns.store.models import Attempt, CampaignMember, PersonChange, SharedHistory
from campaigns.store.parting import Kept
from campaigns.store.people import lock_people, shared

MERGED = "merged"
"""The reason of a member that is not called because another record of the person is in the campaign."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: records that are the person now, and members that are not called any more."""

    records: tuple[int, ...]
    closed: tuple[int, ...]


def merge(session: Session, keep: str, other: str, *, reason: str, by: str, at: datetime) -> Merged:
    """Have the records ``keep`` and ``other`` (the lender's keys) be one person from ``at`` on.

    Whatever counts for one counts for both from now on. Raises NotFoundError; ConflictError when they are one
    already, when no reason is given, or while either is being called.
    """
    kept, merged = customer_by_external_id(session, keep), customer_by_external_id(session, other)
    check_reason(reason)
    people = lock_people(session, [kept.id, merged.id])
    mine, its = shared(session, kept.id), shared(session, merged.id)
    if kept.id in its.same:
        raise ConflictError(f"customers {keep!r} and {other!r} are one person already")
    check_no_call(session, people)
    _link(session, mine.same, its.same)
    _link(session, its.same, mine.same)
    closed = _close_doubles(session, kept.id, people)
    session.add(
        PersonChange(
            kind="merge",
            kept_id=kept.id,
            other_id=merged.id,
            at=at,
            by=by,
            reason=reason,
            details={"records": sorted(people), "closed": closed},
        )
    )
    session.flush()
    return Merged(tuple(sorted(people)), tuple(closed))


def check_reason(reason: str) -> None:
    """Raises ConflictError for none, or one that does not fit the record."""
    if not reason.strip() or len(reason) > 255:
        raise ConflictError("give a reason of at most 255 characters: it is kept on record")


def check_no_call(session: Session, people: Collection[int]) -> None:
    """Raises ConflictError while any of the records is being called: a decision on its counts is out."""
    live = select(Attempt.id).where(Attempt.customer_id.in_(people), Attempt.state.in_(LIVE)).limit(1)
    if session.scalar(live) is not None:
        raise ConflictError("one of these customers is being called just now; try again in a few minutes")


def _link(session: Session, these: Collection[int], those: Collection[int]) -> None:
    """Give each of ``these`` the history of ``those``, and what counted for ``those`` from before."""
    views: dict[int, SharedHistory | None] = dict.fromkeys(those)  # None: the very person
    former = session.scalars(
        select(SharedHistory).where(SharedHistory.customer_id.in_(those), SharedHistory.until.is_not(None))
    ).all()
    for customer_id in these:
        for other_id in views:
            link(session, customer_id, other_id, None)
        for row in former:
            if row.other_id != customer_id and row.other_id not in views:
                link(session, customer_id, row.other_id, row.until, Kept.from_data(row.kept))


def link(
    session: Session, customer_id: int, other_id: int, until: datetime | None, kept: Kept | None = None
) -> None:
    """Have the history of ``other_id`` count for ``customer_id``; what counts already is never cut short."""
    row = session.get(SharedHistory, (customer_id, other_id))
    if row is None:
        data: dict[str, Any] = kept.data if kept else {}
        session.add(SharedHistory(customer_id=customer_id, other_id=other_id, until=until, kept=data))
        return
    if row.until is not None:
        row.until = None if until is None else max(row.until, until)
    if kept is not None:
        row.kept = kept.with_earlier(Kept.from_data(row.kept)).data


def _close_doubles(session: Session, keep_id: int, people: Collection[int]) -> list[int]:
    """Leave one member a campaign: one that an experiment holds out, else one that was called, else one that
    waits, else of the record kept.
    """
    called = exists().where(Attempt.member_id == CampaignMember.id)
    found = session.execute(select(CampaignMember, called).where(CampaignMember.customer_id.in_(people)))
    held_out = set(HOLDOUT_REASON.values())

    def order(row: tuple[CampaignMember, bool]) -> tuple[bool, bool, bool, bool, int]:
        member, was_called = row
        return (
            member.reason not in held_out,
            not was_called,
            member.state == "done",
            member.customer_id != keep_id,
            member.id,
        )

    seen: set[int] = set()
    closed = []
    for member, _ in sorted(((row[0], row[1]) for row in found), key=order):
        if member.campaign_id in seen and member.state != "done":
            member.state, member.next_at, member.reason = "done", None, MERGED
            closed.append(member.id)
        seen.add(member.campaign_id)
    session.flush()
    return closed
