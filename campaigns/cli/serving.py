"""Serving the console in the foreground, and beside it the line and a worker."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import typer
import uvicorn
from starlette.routing import Mount

from campaigns.cli.attending import Attendant, QuietServer
from campaigns.cli.calendar_watch import watch_calendar
from campaigns.clock import Clock, SystemClock
from campaigns.console.access.signing_in import new_setup_link
from campaigns.console.app import create_app
from campaigns.console.services import Services, open_services
from campaigns.console.settings import ConsoleSettings, console_settings
from campaigns.dialing.assembly import open_switchboard, open_worker
from campaigns.dialing.background import BackgroundWorker
from campaigns.dialing.lines import line_settings
from campaigns.dialing.smoothness import smooth_calls, smooth_pages
from campaigns.dialing.switchboard import Switchboard
from campaigns.dialing.timing import SIMULATED, choose_clock
from campaigns.dialing.worker import Duty, Worker
from campaigns.errors import SettingsError
from campaigns.logs.setup import set_up_logs
from campaigns.metrics.metrics import Metrics
from campaigns.settings import Settings
from campaigns.store.console.users import has_administrator, has_users
from campaigns.store.database import Database
from campaigns.tracing import set_up_traces
from telephony.listening import listen
from telephony.shared_door import SharedDoor
from telephony.twilio.haste import HastyProtocol
from telephony.twilio.server import SERVER_OPTIONS

log = logging.getLogger(__name__)

CLOSE_S = 30  # requests that do not end when the server closes are cut after so many seconds


def serve_console(
    settings: Settings,
    database: Database,
    host: str | None,
    port: int | None,
    duty: Duty | None = None,
    *,
    real_time: bool = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM; with ``duty`` a worker too, and on a real line the calls to us.

    Raises SettingsError when nothing can listen there, ClockError when the worker could not go by the clock,
    and what stopped the worker.
    """
    console = _console(settings, host, port, with_worker=duty is not None)
    if duty is not None:
        choose_clock(settings, database, real_time=real_time)  # what is wrong is told before the address
    set_up_logs(settings, service=True)
    set_up_traces(settings)
    services = open_services(settings, console, database, SystemClock())
    worker: BackgroundWorker | None = None
    if duty is not None:
        door = SharedDoor()
        services = replace(services, mounts=[Mount(f"/{settings.line}", app=door)])
        worker = _worker(settings, database, duty, door, services.metrics, real_time=real_time)
        services.metrics.watch_live(lambda: worker.live)
    app = create_app(services)
    listener = _listen(console.host, console.port)
    address = console.address(listener.getsockname()[1])
    typer.echo(f"The console: {address}")
    _tell_first_run(services, address)
    server = QuietServer(
        uvicorn.Config(
            app,
            http=HastyProtocol,
            log_config=None,
            access_log=False,  # addresses hold what was searched for
            server_header=False,
            proxy_headers=False,  # campaigns.console.app trusts whom the settings name, and nobody else
            timeout_graceful_shutdown=CLOSE_S,
            **SERVER_OPTIONS,
        )
    )
    jobs = app.state.jobs
    attendant = Attendant(server, services.lifetime, jobs, worker, console.leave_s, typer.echo)
    with smooth_pages():
        asyncio.run(attendant.run(listener))
    if services.lifetime.hurried and not (jobs.idle and (worker is None or worker.over)):
        # Threads that still work would be waited for; what they had in hand is settled by whoever comes next.
        log.warning("left while something was going on: it is settled at the next start")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130 if attendant.cut_short else 0)
    if attendant.cut_short:
        sys.exit(130)


def _console(settings: Settings, host: str | None, port: int | None, *, with_worker: bool) -> ConsoleSettings:
    given: dict[str, Any] = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    console = console_settings(settings)
    if with_worker:
        given["run_campaigns"] = False  # the worker serves whatever runs
        public = urlsplit(str(line_settings(settings).get("public_url", ""))).hostname
        if public:
            given["hosts"] = (*console.hosts, public)
    return console.model_copy(update=given)


def _worker(
    settings: Settings, database: Database, duty: Duty, door: SharedDoor, metrics: Metrics, *, real_time: bool
) -> BackgroundWorker:
    def choose(clock: Clock) -> AbstractContextManager[Worker | Switchboard]:
        if settings.line == SIMULATED:
            return open_worker(settings, database, None, clock, metrics.hear, duty=duty, metrics=metrics)
        return open_switchboard(
            settings, database, None, clock, metrics.hear, metrics.hear_in, duty, door, metrics
        )

    @contextmanager
    def opened() -> Iterator[Worker | Switchboard]:
        clock = choose_clock(settings, database, real_time=real_time)
        watch_calendar(settings, clock.now())
        with choose(clock) as worker, smooth_calls():
            yield worker

    return BackgroundWorker(opened)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise SettingsError(
            f"nothing can listen on {host}:{port}: {error.strerror}; choose another with --port"
        ) from error


def _tell_first_run(services: Services, address: str) -> None:
    with services.database.reading() as session:
        if has_users(session):
            if not has_administrator(session):
                typer.echo("Nobody is an administrator yet: xiaorong users add NAME --roles administrator")
            return
    hours = services.console.setup_hours
    typer.echo(f"Make the first administrator, once, within {hours} hours: {address}{_link(services)}")


def _link(services: Services) -> str:
    return new_setup_link(services, None)
