"""Whether what lies on the disk is what customers hear, and who still holds calls with an earlier version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.dialogue.bundle import Bundle, read_bundle, unpack
from bot.language import language_dir
from campaigns.console.visit import Visit
from campaigns.store.database import Session
from campaigns.store.scripts import Version, content_of, in_force, in_force_at
from campaigns.store.workers import list_workers

RECENT_S: Final = 15.0
KEY: Final = "scripts heard"


@dataclass(frozen=True, slots=True)
class Heard:
    """``in_force`` None: nothing is published yet, and whoever calls first holds what lies on the disk.

    ``written``: the label of what lies on the disk, where customers hear something else. ``behind``: workers
    that began before the version in force was published, and go on with an earlier one until they start anew.
    """

    in_force: Version | None = None
    written: str | None = None
    behind: tuple[str, ...] = ()

    @property
    def other(self) -> bool:
        """Whether somebody should know."""
        return self.written is not None or bool(self.behind)


def heard(visit: Visit) -> Heard:
    """As it was some seconds ago at most. Raises DataFileError."""
    return visit.services.recent.get(KEY, RECENT_S, lambda: _look(visit))


def heard_now(visit: Visit) -> Heard:
    """As it is: for the page of those who write and publish. Raises DataFileError."""
    visit.services.recent.forget(KEY)
    return heard(visit)


def _look(visit: Visit) -> Heard:
    language = visit.services.settings.language
    there = read_bundle(language_dir(language))
    with visit.reading() as session:
        version = in_force(session, language)
        if version is None:
            return Heard()
        now = _bundle(session, version)
        behind = _behind(session, language, version, now.shape, visit.now)
    return Heard(version, None if there.shape == now.shape else there.digest[:12], behind)


def _behind(session: Session, language: str, version: Version, shape: str, now: datetime) -> tuple[str, ...]:
    published = version.published_at
    # What was adopted is what everybody held before; a moment to come was told by the clock of a simulation.
    if not version.published_by or published is None or published > now:
        return ()
    late = [worker for worker in list_workers(session) if worker.started_at < published]
    return tuple(
        worker.id
        for worker in late
        if (held := in_force_at(session, language, worker.started_at)) is None
        or _bundle(session, held).shape != shape
    )


def _bundle(session: Session, version: Version) -> Bundle:
    return unpack(content_of(session, version.id))
