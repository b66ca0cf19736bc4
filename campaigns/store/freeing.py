"""Freeing what others stand still on, beside whatever works on the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from campaigns.errors import StoreError
from campaigns.store.database import Database
from campaigns.store.sealed.gate import Opening
from campaigns.store.standstill import Standstill

LOOK_EVERY_S: Final = 2.0
STILL: Final = timedelta(seconds=10)
"""Many times what honest work needs between two statements of a transaction that writes."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def freeing(database: Database) -> AsyncIterator[None]:
    """Look every two seconds while the block lasts.

    On a thread and a connection of its own: all others may be held up.
    """
    if database.is_sqlite:
        yield  # who holds its lock cannot be ended from outside
        return
    thread = ThreadPoolExecutor(1, thread_name_prefix="freeing")
    own = Database(database.url.render_as_string(hide_password=False), opening=Opening.LOOK)
    looking = asyncio.create_task(_look_on(own, thread))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        thread.submit(own.close)
        thread.shutdown(wait=False)


async def _look_on(own: Database, thread: ThreadPoolExecutor) -> None:
    standstill = Standstill(STILL)

    def look() -> int:
        with own.transaction() as session:
            return standstill.look(session)

    while True:
        try:
            ended = await asyncio.get_running_loop().run_in_executor(thread, look)
        except StoreError as error:
            log.debug("nobody looked after who stands still: %s", error)
        else:
            if ended:
                log.warning("%d sessions stood still in a transaction and held up others: ended", ended)
        await asyncio.sleep(LOOK_EVERY_S)
