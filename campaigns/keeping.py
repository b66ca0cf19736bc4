"""How long an installation keeps its records: all kinds looked at, and deleted, together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import EffectivePack
from campaigns.errors import ConflictError
from campaigns.folders import HouseFolders
from campaigns.recordings import open_recordings
from campaigns.settings import Settings
from campaigns.store.console.audit import Actor
from campaigns.store.database import Database
from campaigns.store.housekeeping import Housekeeper, Times
from campaigns.store.periods import Periods, periods
from campaigns.store.retention import Tally, survey
from campaigns.store.sweeping import Sweeper
from campaigns.store.sweeps import record_sweep
from campaigns.store.verify import verify


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept by which periods, as of ``times``."""

    settings: Settings
    database: Database
    pack: EffectivePack
    periods: Periods
    times: Times

    def survey(self) -> list[Tally]:
        """How the records of each kind stand. Changes nothing."""
        law = survey(self.database, self.pack, self.times.ledger, self.periods.law)
        return law + self._house().survey()

    def sweep(self, actor: Actor) -> dict[str, int]:
        """Delete what is past its time, on record as of ``actor``; how many of each kind.

        Raises ConflictError when the log of decisions does not hold: what could prove a change is not
        deleted.
        """
        log = LogSeal(self.settings.permit_key())
        if verify(self.database, log).broken is not None:
            raise ConflictError(
                "the log of decisions is broken, and nothing is deleted; see 'xiaorong compliance verify'"
            )
        with open_recordings(self.settings) as shelf:
            now, rules = self.times.ledger, self.periods.law
            swept = Sweeper(self.database, self.pack, log, shelf, now, rules).sweep()
        tidied = self._house().sweep(log)
        deleted: dict[str, int] = {
            kind: count for counts in (swept, tidied) for kind, count in counts.items()
        }
        with self.database.transaction() as session:
            record_sweep(session, actor, sum(deleted.values()), self.times.real)
        return deleted

    def _house(self) -> Housekeeper:
        return Housekeeper(self.database, self.periods, HouseFolders(self.settings.home), self.times)


def keeping(
    settings: Settings, database: Database, pack: EffectivePack, *, ledger: datetime, real: datetime
) -> Keeping:
    """By the periods that hold now. ``ledger``: what time it is for calls; ``real``: for everything else."""
    with database.reading() as session:
        found = periods(session, pack)
    return Keeping(settings, database, pack, found, Times(ledger, real))
