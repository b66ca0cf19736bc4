"""The monitoring schedule at work: whoever is due for an action of their treatment today gets it, once.

Messages are queued, calls become members of standing campaigns, limits and products become tasks, a missing
number becomes a person's work. Whether anything is sent or dialled is decided when it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from bot.dialogue.flow import load_flow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.texting import Occasion
from campaigns.customers.treatments.proposals import Proposals
from campaigns.customers.treatments.rules import CALLS, Action, Treatment, Treatments
from campaigns.dialing.audience import Audience
from campaigns.dialing.briefing import Lender
from campaigns.dialing.creation import checked_invitation
from campaigns.dialing.fitting import fit, shipped_fits
from campaigns.errors import ConflictError
from campaigns.outcomes.messages import MessageBook, RenderedMessage
from campaigns.store import standing_campaigns as standing
from campaigns.store import treatment_actions as store
from campaigns.store.campaigns import NewInvitation, start_campaign
from campaigns.store.console.launches import Operator, settle_launch
from campaigns.store.database import Database, Session
from campaigns.store.messages import queue_message
from campaigns.store.outcomes import open_follow_up
from campaigns.store.standing_campaigns import StandingCampaign
from campaigns.store.treatment_actions import OPEN, Due, NewAction

CHUNK = 500
FIND_NUMBER = "find_number"
CONCURRENCY, CALLS_PER_SECOND = 20, 2.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run goes by."""

    rules: Treatments
    proposals: Proposals
    pack: EffectivePack
    book: MessageBook
    language: Path
    lender: Lender
    invitation: NewInvitation | None = None  # of marketing calls


@dataclass(slots=True)
class TreatmentRun:
    """What a run did. ``done``: customers by treatment and action; ``left_out``: what was not, and why."""

    withdrawn: int = 0
    done: Counter[tuple[str, Action]] = field(default_factory=Counter)
    campaigns: dict[str, int] = field(default_factory=dict)  # members that were put in, by name
    launched: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unfit: Counter[tuple[str, str]] = field(default_factory=Counter)  # due for a call that is not for them


def run_treatments(
    database: Database, desk: Desk, at: datetime, *, launch: Operator | None = None
) -> TreatmentRun:
    """Do what is due on the day of ``at``, in the zone it carries. Again on the same day: nothing more.

    ``launch``: whoever launches the standing campaigns; None: they stay drafts, as do large ones to which
    nobody else has agreed.
    Written in several transactions: an interrupted run can be run again. Raises StoreError, DataFileError,
    ConflictError for an invitation that may not be spoken.
    """
    run = TreatmentRun()
    with database.transaction() as session:
        run.withdrawn = standing.withdraw_changed(session)
        words = {each.id: _invitation(session, desk, each, at) for each in desk.rules.treatments}
    for treatment in desk.rules.treatments:
        for action, work in _works(desk, treatment, words[treatment.id], at, run):
            _each_due(database, desk, treatment, action, at, run, work)
    run.left_out += [
        f"calls of the treatment {treatment!r} to {count:,} customers: the flow {flow} is not for them"
        for (treatment, flow), count in run.unfit.items()
        if count
    ]
    if not desk.pack.rules.voicemail.leave:
        run.left_out.append(
            f"recorded messages to customers who cannot be reached: {desk.pack.identity} allows none "
            "(voicemail.leave)"
        )
    if launch is not None:
        with database.transaction() as session:
            for campaign_id, name in standing.drafts(session):
                try:
                    settle_launch(session, name, launch)
                except ConflictError as error:
                    run.left_out.append(str(error))
                    continue
                start_campaign(session, campaign_id, at)
                run.launched.append(name)
    return run


Work = Callable[[Session, Sequence[Due]], list[NewAction]]


def _works(
    desk: Desk, treatment: Treatment, words: NewInvitation | None, at: datetime, run: TreatmentRun
) -> Iterator[tuple[Action, Work]]:
    """How each action of a treatment is done. All that call are one call."""
    calling = next((action for action in treatment.actions if action in CALLS), None)
    for action in treatment.actions:
        match action:
            case Action.REMINDER_SMS:
                message = desk.book.neutral(treatment.sms, desk.lender.institution, desk.lender.hotline)
                yield action, _sms(treatment, message, at)
            case Action.REVIEW_LIMIT:
                yield action, _propose(desk.proposals.limit)
            case Action.CROSS_SELL:
                yield action, _propose(desk.proposals.product)
            case Action.FIND_NUMBER:
                yield action, _find_number(at)
            case _ if action is calling:
                campaign = cache(partial(_campaign, desk, treatment, words, at, run))
                yield action, _call(campaign, at, run)


def _each_due(
    database: Database,
    desk: Desk,
    treatment: Treatment,
    action: Action,
    at: datetime,
    run: TreatmentRun,
    work: Work,
) -> None:
    last: int | None = 0
    while last is not None:
        with database.transaction() as session:
            due, last = store.due_customers(
                session,
                treatment,
                action,
                at.date(),
                desk.proposals.every_days,
                after_id=last,
                limit=CHUNK,
            )
            done = work(session, due) if due else []
            store.record_actions(session, treatment.id, action, at.date(), at, done)
        if done:
            run.done[treatment.id, action] += len(done)


def _sms(treatment: Treatment, message: RenderedMessage, at: datetime) -> Work:
    def queue(session: Session, due: Sequence[Due]) -> list[NewAction]:
        done = []
        for each in due:
            key = f"treatment/{treatment.id}/{at.date()}/{each.customer_id}"
            message_id = queue_message(
                session, each.customer_id, message, at, occasion=Occasion.REMINDER, key=key
            )
            done.append(NewAction(each.customer_id, {"message": message_id}))
        return done

    return queue


def _propose(proposal: Callable[[int, int, str], dict[str, object] | None]) -> Work:
    def put(session: Session, due: Sequence[Due]) -> list[NewAction]:
        figures = store.account_figures(session, [each.customer_id for each in due])
        done = []
        for each in due:
            account = figures.get(each.customer_id)
            proposed = account and proposal(account.limit, account.balance, account.currency)
            if proposed:
                done.append(NewAction(each.customer_id, proposed, OPEN))
        return done

    return put


def _find_number(at: datetime) -> Work:
    def ask(session: Session, due: Sequence[Due]) -> list[NewAction]:
        return [
            NewAction(
                each.customer_id, {"follow_up": open_follow_up(session, each.customer_id, FIND_NUMBER, at)}
            )
            for each in due
        ]

    return ask


def _call(form: Callable[[], StandingCampaign | None], at: datetime, run: TreatmentRun) -> Work:
    """``form`` is asked for only when somebody is due."""

    def fill(session: Session, due: Sequence[Due]) -> list[NewAction]:
        campaign = form()
        if campaign is None:
            return []
        put = standing.fill(session, campaign, [each.customer_id for each in due], at)
        for name, members in put.added.items():
            run.campaigns[name] = run.campaigns.get(name, 0) + members
        run.unfit[campaign.treatment, campaign.flow] += put.unfit
        return [NewAction(customer_id) for customer_id in put.customer_ids]

    return fill


def _invitation(session: Session, desk: Desk, treatment: Treatment, at: datetime) -> NewInvitation | None:
    """What the treatment's calls invite to: the words given now, else those of its campaign if they hold."""
    if Action.MARKETING_CALL not in treatment.actions:
        return None
    if desk.invitation is not None:
        return desk.invitation
    known = standing.invitation_of(session, treatment.id)
    return known if known is not None and known.valid_until >= at.date() else None


def _campaign(
    desk: Desk, treatment: Treatment, words: NewInvitation | None, at: datetime, run: TreatmentRun
) -> StandingCampaign | None:
    """The form of the treatment's campaign; None, and told, when it cannot be held."""
    flow = load_flow(desk.language, treatment.flow or "")
    try:
        fitted = fit(
            flow.name,
            Audience(),
            shipped_fits(),
            speaks_of_debt=flow.speaks_of_debt,
            has_invitation=words is not None,
        )
    except ConflictError as error:
        run.left_out.append(f"calls of the treatment {treatment.id!r}: {error}")
        return None
    invitation = None if words is None else checked_invitation(words, flow, desk.lender, at)
    return StandingCampaign(
        treatment.id, flow.name, fitted.purpose, fitted.audience, CONCURRENCY, CALLS_PER_SECOND, invitation
    )
