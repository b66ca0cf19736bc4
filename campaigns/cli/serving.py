"""Serving the console in the foreground."""

from __future__ import annotations

import logging
import socket

import typer
import uvicorn

from campaigns.clock import SystemClock
from campaigns.console.access.signing_in import new_setup_link
from campaigns.console.app import create_app
from campaigns.console.services import Services, open_services
from campaigns.console.settings import console_settings
from campaigns.errors import SettingsError
from campaigns.settings import Settings
from campaigns.store.console.users import has_users
from campaigns.store.database import Database


def serve_console(settings: Settings, database: Database, host: str | None, port: int | None) -> None:
    """Serve until Ctrl-C. Raises SettingsError when nothing can listen there."""
    given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    console = console_settings(settings).model_copy(update=given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    services = open_services(settings, console, database, SystemClock())
    app = create_app(services)
    listener = _listen(console.host, console.port)
    address = console.address(listener.getsockname()[1])
    typer.echo(f"The console: {address}")
    _tell_first_run(services, address)
    uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # addresses hold what was searched for
            server_header=False,
            proxy_headers=False,  # campaigns.console.app trusts whom the settings name, and nobody else
            timeout_graceful_shutdown=30,
        )
    ).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"nothing can listen on {host}:{port}: {error.strerror}; choose another with --port"
        ) from error


def _tell_first_run(services: Services, address: str) -> None:
    with services.database.reading() as session:
        if has_users(session):
            return
    hours = services.console.setup_hours
    typer.echo(f"Make the first administrator, once, within {hours} hours: {address}{_link(services)}")


def _link(services: Services) -> str:
    return new_setup_link(services, None)
