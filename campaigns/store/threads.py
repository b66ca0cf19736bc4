"""The store for asynchronous callers: transactions run on threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from campaigns.store.database import Database
from campaigns.store.patience import PATIENCE_S, wait_patiently

P = ParamSpec("P")
R = TypeVar("R")

POSTGRESQL_THREADS = 6


class StoreThreads:
    """Runs store functions. SQLite has one writer, so one thread: callers queue instead of colliding."""

    def __init__(self, database: Database, *, patience_s: float = PATIENCE_S) -> None:
        self._database = database
        self._patience_s = patience_s
        threads = 1 if database.is_sqlite else POSTGRESQL_THREADS
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def run(
        self, function: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """``function(session, ...)`` in one transaction. Raises StoreError and what the function raises.

        A transaction that failed because the database was away is tried again: it left nothing behind.
        """

        def transaction() -> R:
            with self._database.transaction() as session:
                return function(session, *args, **kwargs)

        async def one_try() -> R:
            # What the work is about, such as the attempt that log lines name, goes along.
            work = copy_context().run
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, transaction)

        return await wait_patiently(one_try, self._patience_s)

    def close(self) -> None:
        self._executor.shutdown(wait=True)
