"""Why a customer may or may not be called, for pages and programs alike."""

from __future__ import annotations

from typing import Any

from campaigns.console.visit import Visit
from campaigns.dialing.explanation import Explanation
from campaigns.store.console.story_views import Person
from campaigns.store.database import Session


def explained(
    visit: Visit, session: Session, subject: Person, last: int, before_id: int | None = None
) -> dict[str, Any]:
    """How it stands now, and the last decisions on record; see ``Explanation.whole``."""
    services, now = visit.services, visit.services.ledger_now(session)
    told = Explanation(services.settings, services.pack, session, subject.key, now, now, visit.language)
    return told.whole(last, before_id)
