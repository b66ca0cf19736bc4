"""The metrics of a worker, on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from campaigns.dialing.timing import ledger_now
from campaigns.errors import SettingsError
from campaigns.metrics.figures import StoreFigures
from campaigns.metrics.metrics import Metrics
from campaigns.settings import Settings
from campaigns.store.database import Database


def open_metrics(settings: Settings, database: Database) -> Metrics:
    """The metrics of a process that works on ``database``."""
    metrics = Metrics()
    metrics.registry.register(StoreFigures(database, lambda session: ledger_now(settings, session)))
    return metrics


@contextmanager
def metrics_port(settings: Settings, metrics: Metrics) -> Iterator[int | None]:
    """Serve them for the length of a block; the port, None when none is set. Raises SettingsError.

    Whoever reaches the port may read them: it listens on this machine alone unless ``metrics_host`` is set.
    """
    if settings.metrics_port is None:
        yield None
        return
    where = f"{settings.metrics_host}:{settings.metrics_port}"
    try:
        server, thread = start_http_server(
            settings.metrics_port, settings.metrics_host, registry=metrics.registry
        )
    except OSError as error:
        raise SettingsError(
            f"metrics_port: nothing can listen on {where}: {error.strerror}; each worker needs its own"
        ) from error
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
