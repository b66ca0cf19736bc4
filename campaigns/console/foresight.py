"""Whom a campaign would not call, asked about a sample and counted once for all who look."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Final

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.console.visit import Visit
from campaigns.dialing.foreseeing import Foresight, foresee
from campaigns.dialing.timing import SIMULATED
from campaigns.store.audiences import Candidate
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings

SAMPLE: Final = 200  # a second of work: each is decided on as at its turn
RECENT_S: Final = 20.0


def foresight_of(
    visit: Visit,
    key: Hashable,
    purpose: Purpose,
    window: CampaignWindow | None,
    choose: Callable[[Session, datetime], list[Candidate]],
    *,
    experiment: int | None = None,
    spares: bool = True,
) -> Foresight:
    """What the law says now of those that ``choose`` names."""

    def ask() -> Foresight:
        with visit.reading() as session:
            at = local_now(visit, session)
            around = surroundings(visit, at)
            return foresee(
                session,
                choose(session, at),
                purpose,
                window,
                around,
                visit.services.pack,
                experiment=experiment,
                spares=spares,
            )

    return visit.services.recent.get(("foresight", key), RECENT_S, ask)


def local_now(visit: Visit, session: Session) -> datetime:
    """What time it is for calls, where the lender is."""
    return visit.services.ledger_now(session).astimezone(visit.services.settings.zone)


def surroundings(visit: Visit, at: datetime) -> Surroundings:
    """What a decision at ``at`` goes by beside the ledger."""
    pack, simulated = visit.services.pack, visit.services.settings.line == SIMULATED
    return Surroundings(at, simulated, simulated, at - pack.look_back, at.date(), frozenset(pack.rules.gates))
