"""A small installation with a campaign, for tests that run one."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from campaigns.customers.importer import import_customers
from campaigns.customers.sample import write_sample
from campaigns.dialing.audience import Audience
from campaigns.settings import SETTINGS_FILE, Settings, create_home, load_settings
from campaigns.store.campaigns import CampaignView, create_campaign
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade

MONDAY_MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
NAME = "drill"


def install(
    home: Path,
    *,
    customers: int,
    cache: Path,
    seed: int = 5,
    concurrency: int = 10,
    calls_per_second: float = 5.0,
    database_url: str | None = None,
) -> Settings:
    """A data directory with a sample portfolio and a campaign over all of it."""
    wanted = customers, cache, seed, concurrency, calls_per_second
    if database_url is not None:
        return _install(home, *wanted, database_url)
    if wanted not in _made:
        _made[wanted] = Path(tempfile.mkdtemp(dir=cache, prefix="home-"))
        _install(_made[wanted], *wanted)
    shutil.copytree(_made[wanted], home, dirs_exist_ok=True)
    return load_settings(home)


_made: dict[tuple[object, ...], Path] = {}
"""Data directories of this process that are copied in place of being made anew."""


def _install(
    home: Path,
    customers: int,
    cache: Path,
    seed: int,
    concurrency: int,
    calls_per_second: float,
    database_url: str | None = None,
) -> Settings:
    create_home(home)
    with (home / SETTINGS_FILE).open("a", encoding="utf-8") as stream:
        stream.write(f'cache_dir = "{cache.as_posix()}"\n')
        if database_url is not None:
            stream.write(f'database_url = "{database_url}"\n')
    settings = load_settings(home)
    database = Database(settings.store_url)
    upgrade(database)
    file = write_sample(home / "sample.csv", MONDAY_MORNING.date(), customers, seed)
    import_customers(
        database,
        file,
        mapping=None,
        region=settings.region,
        as_of=MONDAY_MORNING.astimezone(settings.zone),
        errors_dir=home / "imports",
        seed=seed,
        progress=lambda _done, _all: None,
    )
    with database.transaction() as session:
        create_campaign(
            session,
            NAME,
            "repayment-reminder",
            Audience(),
            concurrency=concurrency,
            calls_per_second=calls_per_second,
            at=MONDAY_MORNING,
        )
    database.close()
    return settings


def campaign(database: Database) -> CampaignView:
    from campaigns.store.campaigns import campaign_by_name

    with database.transaction() as session:
        return campaign_by_name(session, NAME)
