"""What runs beside a worker's calls: messages go out, and events reach the lender's endpoints."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from campaigns.clock import Clock, SystemClock
from campaigns.dialing.house import House
from campaigns.errors import StoreError
from campaigns.outcomes.sending import Lender, Sender
from campaigns.outcomes.sending_rules import shipped_sending_rules
from campaigns.outcomes.webhook_courier import Courier
from campaigns.outcomes.webhook_post import Post
from campaigns.outcomes.webhook_rules import shipped_webhook_rules
from campaigns.outcomes.weighing import Line, Scales
from campaigns.settings import Settings
from campaigns.store.threads import StoreThreads
from telephony.carrier import LineSetup
from telephony.errors import LineConfigError
from telephony.mailbox import Mailbox
from telephony.registry import open_messenger

log = logging.getLogger(__name__)

REAL_TICK_S: Final = 2.0
VIRTUAL_TICK_S: Final = 600.0
MAILBOX: Final = "mailbox"
"""Below the data directory."""
POST_TICK_S: Final = 1.0  # real time, whatever clock the calls live by


@dataclass(frozen=True, slots=True)
class Companion:
    """A sender and a courier, for the length of a run."""

    sender: Sender
    courier: Courier
    post: Post
    clock: Clock

    @asynccontextmanager
    async def at_work(self, stop: Callable[[], None]) -> AsyncIterator[None]:
        """Send and deliver beside the block, and once more at its end. Raises what stopped either.

        When something fails, ``stop`` is called at once, and is to bring the block to its end: nobody is
        dialled while what they write back is not heard.
        """

        def notice(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                # Only the class: a message may hold what a customer wrote.
                log.error("what goes on beside the calls failed: %s; the run ends", type(error).__name__)
                stop()

        try:
            async with self.sender.listening() as ear:
                tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._deliver())]
                for task in (ear, *tasks):
                    task.add_done_callback(notice)
                await asyncio.sleep(0)  # they have begun, and hold time still while they are at it
                try:
                    yield
                finally:
                    self.sender.stopping = True
                    for task in tasks:
                        task.cancel()
                    ended = await asyncio.gather(*tasks, return_exceptions=True)
                    self.sender.stopping = False
                for result in ended:
                    if isinstance(result, Exception):
                        raise result
                with self.clock.busy():
                    await self.sender.round()
            await self.courier.deliver()
        finally:
            await self.post.close()

    async def _send(self) -> None:
        with self.clock.busy():
            while True:
                try:
                    await _to_its_end(self.sender.round())
                except StoreError as error:
                    if not error.transient:
                        raise
                    log.warning("messages wait for the database")
                await self.clock.sleep(VIRTUAL_TICK_S if self.clock.virtual else REAL_TICK_S)

    async def _deliver(self) -> None:
        while True:
            try:
                await _to_its_end(self.courier.deliver())  # what is cut off would wait for its next try
            except StoreError as error:
                if not error.transient:
                    raise
                log.warning("events wait for the database")
            await asyncio.sleep(POST_TICK_S)


async def _to_its_end(work: Coroutine[Any, Any, object]) -> None:
    """Await ``work``; when this is cancelled, only after it has ended."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def open_companion(
    settings: Settings, store: StoreThreads, clock: Clock, setup: LineSetup, house: House
) -> Companion:
    """The companion of an installation's worker. ``setup``: the line's own. Raises LineConfigError."""
    courier, post = open_courier(settings, store)
    return Companion(open_sender(settings, store, clock, setup, house), courier, post, clock)


def open_sender(
    settings: Settings, store: StoreThreads, clock: Clock, setup: LineSetup, house: House
) -> Sender:
    """What sends messages over the line that is set. Raises LineConfigError."""
    messenger = open_messenger(settings.line, setup)
    line = Line(messenger.name, messenger.simulated, clock.virtual)
    scales = Scales(house.pack, shipped_sending_rules(), line, house.zone)
    lender = Lender(settings.institution, settings.hotline)
    return Sender(store, messenger, clock, scales, house.messages, lender, setup.mailbox)


def open_mailbox(settings: Settings) -> Mailbox:
    """What the line tells of messages until it is on record. Raises LineConfigError."""
    folder = settings.home / MAILBOX
    try:
        return Mailbox(folder)
    except OSError as error:
        raise LineConfigError(
            f"{folder} cannot keep what comes in of messages: {error.strerror or error}"
        ) from error


def open_courier(settings: Settings, store: StoreThreads) -> tuple[Courier, Post]:
    """What delivers events, and its connections, which the caller closes. Raises NotInitialisedError."""
    rules = shipped_webhook_rules()
    post = Post(timeout_s=rules.timeout_s, private=settings.webhook_private_addresses)
    return Courier(store, post, settings.webhook_key(), rules, SystemClock().now), post
