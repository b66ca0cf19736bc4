"""Making a campaign: its flow, whom that is for, and what it invites to are checked first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.dialogue.brief import unknown_caller
from bot.dialogue.flow import Flow
from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.dialing.audience import Audience
from campaigns.dialing.briefing import Lender
from campaigns.dialing.editing import check_window
from campaigns.dialing.fitting import Fitted, fit, shipped_fits
from campaigns.errors import ConflictError
from campaigns.experiments.design import Design
from campaigns.published import load_published
from campaigns.said import Code
from campaigns.store.campaigns import CampaignView, NewInvitation, create_campaign
from campaigns.store.database import Session

LONGEST_INVITATION = 120  # characters: half a minute of speech
LONGEST_NAME = 64
_ENDS = "。.！!，,；; "


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What an operator asks for."""

    name: str
    flow: str
    audience: Audience
    concurrency: int = 20
    calls_per_second: float = 2.0
    invitation: NewInvitation | None = None
    window: CampaignWindow | None = None
    experiment: Design | None = None  # its reference arm's flow is the campaign's


def create(
    session: Session, wanted: NewCampaign, language: Path, lender: Lender, at: datetime
) -> tuple[CampaignView, Audience]:
    """Make a campaign; it, and its audience narrowed to whom the flow is for.

    ``language``: the scripts that calls are held with (``published.scripts_on_offer``). ``at`` is in the
    zone in which days are counted. Raises ConflictError that says what would fit, DataFileError for a flow
    that is wrong.
    """
    if wanted.experiment is not None and wanted.experiment.reference.flow != wanted.flow:
        raise ConflictError(
            "the first arm holds %(flow)s, the campaign %(other)s; leave --flow out, or "
            "give the arms in another order",
            flow=Code("flow", wanted.experiment.reference.flow or ""),
            other=Code("flow", wanted.flow),
        )
    flow = load_published(language, wanted.flow)
    fitted = fit(
        flow.name,
        wanted.audience,
        shipped_fits(),
        speaks_of_debt=flow.speaks_of_debt,
        has_invitation=wanted.invitation is not None,
    )
    if wanted.window is not None:
        check_window(wanted.window, at.date())
    for other in wanted.experiment.flows if wanted.experiment else ():
        _check_arm(other, flow, fitted, wanted, language)
    invitation = wanted.invitation and checked_invitation(wanted.invitation, flow, lender, at)
    campaign = create_campaign(
        session,
        wanted.name,
        flow.name,
        fitted.audience,
        concurrency=wanted.concurrency,
        calls_per_second=wanted.calls_per_second,
        at=at,
        purpose=fitted.purpose,
        invitation=invitation,
        window=wanted.window,
        experiment=wanted.experiment,
    )
    return campaign, fitted.audience


def _check_arm(name: str, reference: Flow, fitted: Fitted, wanted: NewCampaign, language: Path) -> None:
    """A script of another purpose, or for other customers, is no script to compare with."""
    if name == reference.name:
        return
    flow = load_published(language, name)
    own = fit(
        flow.name,
        wanted.audience,
        shipped_fits(),
        speaks_of_debt=flow.speaks_of_debt,
        has_invitation=wanted.invitation is not None,
    )
    if (own.purpose, own.audience) != (fitted.purpose, fitted.audience):
        raise ConflictError(
            "%(name)s is not for the same customers as %(reference)s, so nothing could be "
            "told from comparing them; say in fits.yaml whom a variant is for",
            name=name,
            reference=reference.name,
        )


def checked_invitation(invitation: NewInvitation, flow: Flow, lender: Lender, at: datetime) -> NewInvitation:
    """The invitation as it can be spoken. Raises ConflictError."""
    text = " ".join(invitation.text.split()).rstrip(_ENDS)
    if not text or not text.isprintable() or len(text) > LONGEST_INVITATION:
        raise ConflictError(
            "an invitation is one sentence of at most %(most)s characters",
            most=LONGEST_INVITATION,
        )
    word = flow.lexicon.find(text, unknown_caller(lender.institution, lender.hotline))
    if word is not None:
        raise ConflictError(
            "the invitation says %(word)r, which sounds of a debt: a customer who owes "
            "nothing hears nothing of one; say it in other words",
            word=word,
        )
    if invitation.valid_until < at.date():
        raise ConflictError("the invitation ended on %(valid_until)s", valid_until=invitation.valid_until)
    approved_by = invitation.approved_by.strip()
    if not approved_by or len(approved_by) > LONGEST_NAME:
        raise ConflictError("an invitation needs the name of who approved it: --approved-by NAME")
    return replace(invitation, text=text, approved_by=approved_by)
