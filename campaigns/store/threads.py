"""The store for asynchronous callers: transactions run on threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from campaigns.store.database import Database

P = ParamSpec("P")
R = TypeVar("R")

POSTGRESQL_THREADS = 8


class StoreThreads:
    """Runs store functions. SQLite has one writer, so one thread: callers queue instead of colliding."""

    def __init__(self, database: Database) -> None:
        self._database = database
        threads = 1 if database.is_sqlite else POSTGRESQL_THREADS
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(
        self, function: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """``function(session, ...)`` in one transaction. Raises StoreError and what the function raises."""

        def transaction() -> R:
            with self._database.transaction() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, transaction)

    def close(self) -> None:
        self._executor.shutdown(wait=True)
