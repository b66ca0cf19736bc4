"""The form of a new campaign, as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bot.dialogue.flow import Flow
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import Purpose
from campaigns.console.forms.audience_form import audience_of
from campaigns.console.forms.pace_form import callers_of, pace_of, retries_of
from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.console.forms.window_form import window_of
from campaigns.dialing.creation import NewCampaign
from campaigns.dialing.editing import CampaignEdit, reason_of
from campaigns.dialing.fitting import Fitted, fit, shipped_fits
from campaigns.experiments.design import Design, design_of
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.published import load_published
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation

ARMS: Final = 3


@dataclass(frozen=True, slots=True)
class WantedCampaign:
    """A campaign as it was asked for, and what is set of it beyond its making."""

    new: NewCampaign
    more: CampaignEdit


def campaign_of(typed: Typed, settings: Settings, pack: EffectivePack, today: date) -> WantedCampaign:
    """Raises UnfitError, ConflictError."""
    flow = typed("flow")
    concurrency, calls_per_second = pace_of(typed)
    design = experiment_of(typed, flow)
    new = NewCampaign(
        name=typed("name"),
        flow=flow,
        audience=audience_of(typed),
        concurrency=concurrency,
        calls_per_second=calls_per_second,
        invitation=invitation_of(typed),
        window=window_of(typed, pack, today),
        experiment=design,
    )
    more = CampaignEdit(
        caller_ids=callers_of(typed, settings),
        retries=retries_of(typed, shipped_retry_policy()),
        control_groups=reason_of(typed("control_groups") or None),
    )
    return WantedCampaign(new, more)


def fitted_of(typed: Typed, scripts: Path) -> tuple[Flow, Fitted]:
    """The script, of those that calls are held with, and whom of the audience it is for.

    Raises UnfitError, ConflictError, DataFileError.
    """
    flow = load_published(scripts, typed("flow"))
    fits = shipped_fits()
    marketing = fits.of(flow.name, speaks_of_debt=flow.speaks_of_debt).purpose is Purpose.MARKETING
    fitted = fit(
        flow.name,
        audience_of(typed),
        fits,
        speaks_of_debt=flow.speaks_of_debt,
        has_invitation=marketing,  # a missing one is told when the campaign is made
    )
    return flow, fitted


def invitation_of(typed: Typed) -> NewInvitation | None:
    """Raises UnfitError when a part of it is missing."""
    text, until = typed("invitation"), typed.day("invitation_until")
    if not text:
        return None
    if until is None:
        raise UnfitError("an invitation needs its last day")
    return NewInvitation(text, until, typed("invitation_by"))


def experiment_of(typed: Typed, flow: str) -> Design | None:
    """Raises ConflictError."""
    name = typed("experiment")
    arms = [
        f"{typed(f'arm_{n}')}={typed(f'arm_flow_{n}') or flow}{_share(typed(f'arm_share_{n}'), ':')}"
        for n in range(1, ARMS + 1)
        if typed(f"arm_{n}")
    ]
    if not name:
        return None
    holdout, human = _share(typed("holdout")), _share(typed("human_only"))
    return design_of(name, arms or ["bot"], holdout, human, flow)


def _share(text: str, before: str = "") -> str:
    text = text.replace("％", "%")
    if not text:
        return ""
    return before + (text if text.endswith("%") else f"{text}%")
