"""Whom a campaign would not call, asked about a sample and counted once for all who look."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.facts import Purpose
from campaigns.console.services import Services
from campaigns.console.visit import Visit
from campaigns.console.web.behind import Counted, Lane
from campaigns.dialing.foreseeing import Foresight, foresee
from campaigns.dialing.timing import SIMULATED
from campaigns.store.audiences import Candidate
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings

SAMPLE: Final = 200  # a second of work: each is decided on as at its turn
RECENT_S: Final = 20.0
OLDEST_S: Final = 120.0  # the hours in which the law allows a call may have ended since


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom, and for what, the law is asked. ``key`` names them; ``choose`` reads them as of a time.

    ``experiment``: the campaign's own; ``spares``: whether whom other experiments leave alone are spared.
    """

    key: Hashable
    purpose: Purpose
    window: CampaignWindow | None
    choose: Callable[[Session, datetime], list[Candidate]]
    experiment: int | None = None
    spares: bool = True


def foresight_of(visit: Visit, asked: Asked) -> Foresight:
    """What the law says now, for whoever waits for it."""
    ask = partial(_ask, visit.services, asked)
    return visit.services.recent.get(("foresight", asked.key), RECENT_S, ask)


def foresight_behind(visit: Visit, asked: Asked) -> Counted[Foresight] | None:
    """The same, asked behind the page; None while it is."""
    ask = partial(_ask, visit.services, asked)
    key = ("foresight", asked.key)
    return visit.services.behind.get(key, RECENT_S, ask, oldest_s=OLDEST_S, lane=Lane.SHORT)


def _ask(services: Services, asked: Asked) -> Foresight:
    with services.database.reading() as session:
        at = services.local_now(session)
        return foresee(
            session,
            asked.choose(session, at),
            asked.purpose,
            asked.window,
            _around(services, at),
            services.pack,
            experiment=asked.experiment,
            spares=asked.spares,
        )


def local_now(visit: Visit, session: Session) -> datetime:
    """What time it is for calls, where the lender is."""
    return visit.services.local_now(session)


def _around(services: Services, at: datetime) -> Surroundings:
    """What a decision at ``at`` goes by beside the ledger."""
    pack, simulated = services.pack, services.settings.line == SIMULATED
    return Surroundings(at, simulated, simulated, at - pack.look_back, at.date(), frozenset(pack.rules.gates))
