"""The form of a new campaign, as a whole."""

from __future__ import annotations

from datetime import date
from typing import Final

from campaigns.compliance.effective import EffectivePack
from campaigns.console.forms.audience_form import audience_of
from campaigns.console.forms.pace_form import callers_of, pace_of, retries_of
from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.console.forms.window_form import window_of
from campaigns.console.making import WantedCampaign
from campaigns.dialing.creation import NewCampaign
from campaigns.dialing.editing import CampaignEdit, reason_of
from campaigns.experiments.design import Design, design_of
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.settings import Settings
from campaigns.store.campaigns import NewInvitation

ARMS: Final = 3


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
