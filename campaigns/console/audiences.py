"""An audience before it is a campaign's: counted, and asked about, for pages and programs alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.console.foresight import SAMPLE, Asked, foresight_behind, foresight_of
from campaigns.console.launching import line_of
from campaigns.console.scripts import folder
from campaigns.console.visit import Visit
from campaigns.dialing.audience import Audience
from campaigns.dialing.fitting import Fitted, fit, shipped_fits
from campaigns.dialing.foreseeing import Foresight
from campaigns.published import load_published
from campaigns.store.audiences import (
    AudienceSize,
    Authority,
    audience_sample,
    audience_size,
    authority_over,
    member_sample,
)
from campaigns.store.console.campaign_setup import campaign_setup
from campaigns.store.experiments import experiment_named


@dataclass(frozen=True, slots=True)
class Counted:
    """How many an audience holds, narrowed to whom its script is for, and what they may be offered."""

    fitted: Fitted
    size: AudienceSize
    authority: Authority


def fitted_to(scripts: Path, flow: str, audience: Audience) -> Fitted:
    """Whom of the audience a script is for that calls are held with. Raises ConflictError, DataFileError."""
    found = load_published(scripts, flow)
    fits = shipped_fits()
    marketing = fits.of(found.name, speaks_of_debt=found.speaks_of_debt).purpose is Purpose.MARKETING
    return fit(
        found.name,
        audience,
        fits,
        speaks_of_debt=found.speaks_of_debt,
        has_invitation=marketing,  # a missing one is told when the campaign is made
    )


def count(visit: Visit, flow: str, audience: Audience) -> Counted:
    """As a campaign made now would have it. Raises ConflictError, DataFileError."""
    fitted = fitted_to(folder(visit), flow, audience)
    with visit.reading() as session:
        at = visit.services.local_now(session)
        size = audience_size(session, fitted.audience, at)
        return Counted(fitted, size, authority_over(session, fitted.audience, at))


def preview(
    visit: Visit,
    flow: str,
    audience: Audience,
    window: CampaignWindow | None,
    *,
    experiment: str = "",
    spares: bool = True,
) -> Foresight:
    """Whom the law would keep from a call now, of a sample. Raises ConflictError, DataFileError.

    ``experiment``: the campaign's own; ``spares``: it leaves alone whom others compare with.
    """
    fitted = fitted_to(folder(visit), flow, audience)
    with visit.reading() as session:
        own = experiment_named(session, experiment)
    asked = Asked(
        ("audience", fitted.audience, fitted.purpose, str(window), own, spares),
        fitted.purpose,
        window,
        lambda session, at: audience_sample(session, fitted.audience, at, SAMPLE),
        experiment=own,
        spares=spares,
    )
    return foresight_of(visit, asked)


def foreseen(visit: Visit) -> Foresight | None:
    """The same of those whom the campaign of the address is still to call; None while it is counted.

    Raises NotFoundError.
    """
    with visit.reading() as session:
        line = line_of(visit, session)
        setup = campaign_setup(session, line.id)
    asked = Asked(
        ("campaign", line.id, str(setup.windows), setup.control_groups),
        Purpose(line.purpose),
        setup.window,
        lambda session, _at: member_sample(session, line.id, SAMPLE),
        experiment=setup.experiment,
        spares=setup.control_groups is None,
    )
    return foresight_behind(visit, asked)
