"""The proof: where there is a key, no name, number or sentence stands in the bytes of the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from campaigns.clock import VirtualClock
from campaigns.customers.importer import import_customers
from campaigns.customers.sample import write_sample
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.audience import Audience
from campaigns.dialing.worker import RunEnd
from campaigns.grading.rulefile import load_rules
from campaigns.new_store import prepare_store
from campaigns.settings import SETTINGS_FILE, Settings, create_home, load_settings
from campaigns.store.campaigns import campaign_by_name, create_campaign
from campaigns.store.database import Database
from campaigns.store.grades import grade_portfolio
from campaigns.store.models import Customer, FollowUp
from campaigns.stores import open_store
from tests.integration.console.world import NAMES, fill, open_world
from tests.integration.sealed.sealing_world import OLD, contents, known, raw_bytes, seen_in
from tests.integration.store.rows import AT

CAMPAIGN = "sealed"
COLUMNS = (
    "phone_number.e164", "attempt.e164", "call.e164", "permit.e164", "turn.text",
    "turn.heard", "message.body", "follow_up.note", "audit_entry.reason", "console_user.display_name",
)  # fmt: skip


def installation(home: Path, model_cache: Path, url: str | None) -> Settings:
    create_home(home)
    with (home / SETTINGS_FILE).open("a", encoding="utf-8") as stream:
        stream.write(f'cache_dir = "{model_cache.as_posix()}"\n')
    key = SecretStr(OLD.secret.hex())
    settings = load_settings(home).model_copy(
        update={"database_key": key, "database_url": url, "record": False}
    )
    prepare_store(settings, AT)  # there is a key from the start, and nobody in it: it is sealed
    return settings


def bring_in(settings: Settings, database: Database, customers: int) -> None:
    import_customers(
        database, write_sample(settings.home / "sample.csv", AT.date(), customers, 5), mapping=None,
        region=settings.region, as_of=AT.astimezone(settings.zone), errors_dir=settings.home / "imports",
        seed=5, progress=lambda _done, _all: None,
    )  # fmt: skip
    grade_portfolio(database, load_rules(), AT, lambda _done, _all: None)


def run_a_campaign(settings: Settings, database: Database) -> None:
    with database.transaction() as session:
        create_campaign(
            session, CAMPAIGN, "repayment-reminder", Audience(), concurrency=10, calls_per_second=5.0, at=AT
        )
    with database.transaction() as session:
        campaign = campaign_by_name(session, CAMPAIGN)
    with open_worker(settings, database, campaign, VirtualClock(AT)) as worker:
        assert asyncio.run(worker.run()) is RunEnd.FINISHED


def work_in_the_console(home: Path, database: Database) -> None:
    world = open_world(home, database)
    manager, quality = world.browser("campaign_manager"), world.browser("quality")
    with database.reading() as session:
        customer = session.scalars(select(Customer.id).where(Customer.name == NAMES[3])).one()
        case = session.scalars(select(FollowUp.id).where(FollowUp.state == "open")).first()
    assert NAMES[2] in quality.find("/customers", q=NAMES[2][:2]).text
    fields = {"reason": "hardship", "days": "30", "why": f"{NAMES[3]}来信说明"}
    assert manager.post(f"/customers/{customer}/bar", fields).status_code == 303
    note = {"note": f"已回电{NAMES[1]}"}
    assert quality.post(f"/today/follow-ups/{case}/close", note).status_code == 303


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.external)])
def url(request: pytest.FixtureRequest) -> str | None:
    """None: SQLite, in the data directory."""
    if request.param == "sqlite":
        return None
    database: Database = request.getfixturevalue("postgres_database")
    database.close()
    return database.url.render_as_string(hide_password=False)


def test_nothing_personal_stands_in_a_database_with_a_key(
    tmp_path: Path, model_cache: Path, url: str | None
) -> None:
    settings = installation(tmp_path / "home", model_cache, url)
    database = open_store(settings)
    bring_in(settings, database, customers=6)
    if url is None:
        run_a_campaign(settings, database)
    fill(database)
    work_in_the_console(tmp_path / "console", database)
    found = contents(database)
    texts = known(found, *COLUMNS) | known(found, "customer.name", least=6)
    assert set(NAMES) < texts
    assert len(known(found, "turn.text")) >= (20 if url is None else 1)
    raw = raw_bytes(database)
    assert len(raw) > 100_000 or url is not None
    assert seen_in(raw, texts) == set()
    if url is None:  # nor in the queue of turns, nor in what lies beside
        beside = b"".join(path.read_bytes() for path in settings.home.glob("queue.db*"))
        assert beside
        assert seen_in(beside, texts) == set()


def test_the_look_at_the_bytes_sees_what_is_there(sqlite_database: Database) -> None:
    fill(sqlite_database)
    texts = known(
        contents(sqlite_database), "customer.name", "phone_number.e164", "turn.text", "message.body"
    )
    assert seen_in(raw_bytes(sqlite_database), texts) == texts
