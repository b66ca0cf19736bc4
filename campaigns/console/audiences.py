"""An audience before it is a campaign's: counted, and asked about, for pages and programs alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.console.foresight import SAMPLE, Asked
from campaigns.console.launching import line_of
from campaigns.console.scripts import folder
from campaigns.console.visit import Visit
from campaigns.console.web.behind import Counted, Lane
from campaigns.dialing.audience import Audience
from campaigns.dialing.fitting import Fitted, fit, shipped_fits
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

RECENT_S: Final = 10.0  # how old the count of an audience may be before it is counted anew
OLDEST_S: Final = 600.0  # and before it is no count any more


@dataclass(frozen=True, slots=True)
class Size:
    """How many an audience holds, and what they may be offered."""

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


def fitted(visit: Visit, flow: str, audience: Audience) -> Fitted:
    """Whom of the audience the script is for that is in force. Raises ConflictError, DataFileError."""
    return fitted_to(folder(visit), flow, audience)


def count(visit: Visit, audience: Audience) -> Size:
    """As a campaign made now would have it, for whoever waits for it."""
    return _count(visit, audience, _now(visit))


def count_behind(visit: Visit, audience: Audience) -> Counted[Size] | None:
    """The same, counted behind the page; None while it is."""
    at = _now(visit)
    key, ask = ("audience", audience, at.date()), partial(_count, visit, audience, at)
    return visit.services.behind.get(key, RECENT_S, ask, oldest_s=OLDEST_S, lane=Lane.SHORT)


def _now(visit: Visit) -> datetime:
    with visit.reading() as session:
        return visit.services.local_now(session)


def _count(visit: Visit, audience: Audience, at: datetime) -> Size:
    with visit.services.database.reading() as session:
        return Size(audience_size(session, audience, at), authority_over(session, audience, at))


def asked(
    visit: Visit,
    flow: str,
    audience: Audience,
    window: CampaignWindow | None,
    *,
    experiment: str = "",
    spares: bool = True,
) -> Asked:
    """To foresee whom the law would keep from a call now, of a sample. Raises ConflictError, DataFileError.

    ``experiment``: the campaign's own; ``spares``: it leaves alone whom others compare with.
    """
    found = fitted(visit, flow, audience)
    with visit.reading() as session:
        own = experiment_named(session, experiment)
    return Asked(
        ("audience", found.audience, found.purpose, str(window), own, spares),
        found.purpose,
        window,
        lambda session, at: audience_sample(session, found.audience, at, SAMPLE),
        experiment=own,
        spares=spares,
    )


def members_asked(visit: Visit) -> Asked:
    """The same of those whom the campaign of the address is still to call. Raises NotFoundError."""
    with visit.reading() as session:
        line = line_of(visit, session)
        setup = campaign_setup(session, line.id)
    return Asked(
        ("campaign", line.id, str(setup.windows), setup.control_groups),
        Purpose(line.purpose),
        setup.window,
        lambda session, _at: member_sample(session, line.id, SAMPLE),
        experiment=setup.experiment,
        spares=setup.control_groups is None,
    )
