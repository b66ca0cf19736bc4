"""The report of one campaign, from the database. ``campaigns.outcomes.report`` says what each figure is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.outcomes.dispositions import Dispositions, shipped_dispositions
from campaigns.outcomes.report import STAGES, CampaignFacts, CampaignReport, Funnel, GradeFunnel, ReasonRow
from campaigns.store import report_queries as sql
from campaigns.store.models import Attempt, Campaign, DecisionRecord, FollowUp, Message, Suppression
from campaigns.store.report_calls import attempts, dispositions, hours, numbers, talk
from campaigns.store.report_relief import relief
from campaigns.store.report_results import after_calls, inbound, promises


def campaign_report(
    session: Session, campaign_id: int, zone: tzinfo, codes: Dispositions | None = None
) -> CampaignReport:
    """Everything the report of a campaign shows, with hours of the day in ``zone``. Raises NotFoundError."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError(
            "there is no campaign %(campaign_id)s; 'xiaorong campaign list' shows those there are",
            campaign_id=campaign_id,
        )
    machine = (codes or shipped_dispositions()).not_connected()
    by_grade = _grades(session, campaign_id, machine)
    undecided, reasons = _reasons(session, campaign_id, machine)
    return CampaignReport(
        campaign=_facts(session, campaign, zone),
        zone=str(zone),
        funnel=_sum(row.funnel for row in by_grade),
        undecided=undecided,
        by_grade=by_grade,
        by_hour=hours(session, campaign_id, zone, machine),
        dispositions=dispositions(session, campaign_id, machine),
        reasons=reasons,
        attempts=attempts(session, campaign_id, machine),
        promises=promises(session, campaign_id),
        talk=talk(session, campaign_id, machine),
        inbound=inbound(session, campaign_id),
        numbers=numbers(session, campaign_id),
        follow_ups=after_calls(session, campaign_id, FollowUp.reason, FollowUp.call_id),
        messages=after_calls(session, campaign_id, Message.template, Message.call_id),
        suppressions=after_calls(session, campaign_id, Suppression.reason, Suppression.call_id),
        relief=relief(session, campaign_id),
    )


def _facts(session: Session, campaign: Campaign, zone: tzinfo) -> CampaignFacts:
    decided = session.scalar(
        select(func.max(DecisionRecord.at)).where(DecisionRecord.campaign_id == campaign.id)
    )
    tried = session.execute(
        select(func.max(Attempt.reserved_at), func.max(Attempt.ended_at)).where(
            Attempt.campaign_id == campaign.id
        )
    ).one()
    as_of = max((at for at in (decided, *tried) if at is not None), default=None)
    return CampaignFacts(
        id=campaign.id,
        name=campaign.name,
        flow=campaign.flow,
        state=campaign.state,
        pause_reason=campaign.pause_reason,
        started_at=_local(campaign.started_at, zone),
        finished_at=_local(campaign.finished_at, zone),
        as_of=_local(as_of, zone),
    )


def _grades(session: Session, campaign_id: int, machine: Collection[str]) -> tuple[GradeFunnel, ...]:
    """The funnel by grade, from one statement: a running campaign cannot move between two counts of it."""
    members = sql.member_stages(campaign_id, machine)
    rows = session.execute(
        select(members.c.letter, members.c.stage, func.count()).group_by(members.c.letter, members.c.stage)
    )
    furthest: defaultdict[str | None, Counter[int]] = defaultdict(Counter)
    for letter, stage, count in rows:
        furthest[letter][stage] += count
    return tuple(
        GradeFunnel(letter, _funnel(furthest[letter]))
        for letter in sorted(furthest, key=lambda letter: (letter is None, letter or ""))
    )


def _funnel(furthest: Counter[int]) -> Funnel:
    """Whoever reached a stage counts in all before it, so the funnel never widens."""
    return Funnel(
        **{
            name: sum(count for stage, count in furthest.items() if stage >= index)
            for index, name in enumerate(STAGES)
        }
    )


def _sum(funnels: Iterable[Funnel]) -> Funnel:
    counts = Counter(dict.fromkeys(STAGES, 0))
    for funnel in funnels:
        counts.update({name: getattr(funnel, name) for name in STAGES})
    return Funnel(**counts)


def _reasons(
    session: Session, campaign_id: int, machine: Collection[str]
) -> tuple[int, tuple[ReasonRow, ...]]:
    """How many members no decision has been taken on, and the reasons of those that were."""
    members = sql.member_stages(campaign_id, machine)
    left_behind = select(members.c.customer_id).where(members.c.stage == STAGES.index("loaded"))
    decided = select(DecisionRecord.customer_id).where(DecisionRecord.campaign_id == campaign_id)
    undecided = session.scalar(
        select(func.count()).select_from(
            left_behind.where(
                members.c.customer_id.not_in(decided), members.c.member_id.not_in(sql.held_out(campaign_id))
            ).subquery()
        )
    )
    held = session.execute(
        select(DecisionRecord.verdict, DecisionRecord.reason, func.count())
        .where(
            DecisionRecord.id.in_(sql.latest_decisions(campaign_id)),
            DecisionRecord.customer_id.in_(left_behind),
        )
        .group_by(DecisionRecord.verdict, DecisionRecord.reason)
    )
    holds_back = {(verdict, reason): count for verdict, reason, count in held}
    rows = session.execute(
        select(
            DecisionRecord.verdict,
            DecisionRecord.reason,
            func.count(),
            func.count(DecisionRecord.customer_id.distinct()),
        )
        .where(DecisionRecord.campaign_id == campaign_id)
        .group_by(DecisionRecord.verdict, DecisionRecord.reason)
    )
    reasons = [
        ReasonRow(verdict, reason, decisions, customers, holds_back.get((verdict, reason), 0))
        for verdict, reason, decisions, customers in rows
    ]
    reasons.sort(key=lambda row: (row.verdict, -row.customers, row.reason))
    return undecided or 0, tuple(reasons)


def _local(at: datetime | None, zone: tzinfo) -> datetime | None:
    return None if at is None else at.astimezone(zone)
