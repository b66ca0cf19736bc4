"""What the pages work with. Made once a process, by whoever serves the console."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from starlette.routing import BaseRoute

from bot.dialogue.prompts import PromptBook
from campaigns.clock import Clock
from campaigns.compliance.effective import EffectivePack, load_effective
from campaigns.console.access.passwords import Passwords
from campaigns.console.access.permissions import Permissions, shipped_permissions
from campaigns.console.calls.scorecard import Scorecard, open_scorecard, shipped_scorecard
from campaigns.console.lifetime import Lifetime
from campaigns.console.settings import ConsoleSettings
from campaigns.console.web.behind import Behind
from campaigns.console.web.pace import Pace
from campaigns.console.web.recent import Recent
from campaigns.console.web.room import Streams
from campaigns.dialing.timing import ledger_now
from campaigns.dialing.voicing import Voicing, open_voicing
from campaigns.grades import rules_of
from campaigns.grading.rules import GradingRules
from campaigns.metrics.metrics import Metrics
from campaigns.metrics.port import open_metrics
from campaigns.settings import Settings
from campaigns.store.database import Database, Session


class OpenVoicing(Protocol):
    """What calls by voice hear and speak with; see ``open_voicing``."""

    def __call__(
        self, settings: Settings, language: Path, prompts: PromptBook, *, record: bool | None = None
    ) -> AbstractContextManager[Voicing]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, store and time of one console.

    ``mounts``: routes of other rooms that share the web server, such as a carrier's webhooks; they guard
    themselves, and no session of ours means anything to them. Rules are read once: a console is restarted
    when a rule file changes.
    """

    settings: Settings
    console: ConsoleSettings
    database: Database
    clock: Clock
    pack: EffectivePack
    grading: GradingRules
    passwords: Passwords = field(default_factory=Passwords)
    permissions: Permissions = field(default_factory=shipped_permissions)
    scorecard: Scorecard = field(default_factory=shipped_scorecard)
    mounts: Sequence[BaseRoute] = ()
    voicing: OpenVoicing = open_voicing
    recent: Recent = field(default_factory=Recent)
    behind: Behind = field(default_factory=Behind)
    metrics: Metrics = field(default_factory=Metrics)
    lifetime: Lifetime = field(default_factory=Lifetime)
    pace: Pace = field(default_factory=Pace)
    streams: Streams = field(default_factory=Streams)

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return self.clock.now()

    def ledger_now(self, session: Session) -> datetime:
        """What time it is for calls: on the simulated line it may have run ahead of the clock."""
        return ledger_now(self.settings, session, self.clock)

    def local_now(self, session: Session) -> datetime:
        """The same, where the lender is."""
        return self.ledger_now(session).astimezone(self.settings.zone)


def open_services(settings: Settings, console: ConsoleSettings, database: Database, clock: Clock) -> Services:
    """The services of an installation. Raises DataFileError for a rule file that is wrong."""
    return Services(
        settings=settings,
        console=console,
        database=database,
        clock=clock,
        pack=load_effective(settings.rule_pack, settings.rule_pack_overrides),
        grading=rules_of(settings),
        scorecard=open_scorecard(settings.scorecard),
        metrics=open_metrics(settings, database),
    )
