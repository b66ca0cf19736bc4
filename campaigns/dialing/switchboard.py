"""Calls in both directions from one process: a worker that calls, and a reception beside it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from campaigns.dialing.inbound import Reception
from campaigns.dialing.worker import RunEnd, Worker
from telephony.line import InboundCalls


class Switchboard:
    """Runs as long as the worker does. Both use the same connections, which the last to leave closes."""

    def __init__(self, worker: Worker, reception: Reception, inbound: InboundCalls) -> None:
        self._worker = worker
        self._reception = reception
        self._inbound = inbound

    @property
    def live(self) -> int:
        """Calls in progress, of both directions."""
        return self._worker.live + self._reception.live

    @property
    def waiting_until(self) -> datetime | None:
        """The next member's time, while idle."""
        return self._worker.waiting_until

    def stop(self) -> None:
        """Dial no more and take no more calls; ``run`` returns when those in progress have ended."""
        self._worker.stop()
        self._reception.stop()

    async def run(self) -> RunEnd:
        """As the worker's. A reception that cannot go on stops the worker, and its error is raised."""
        receiving = asyncio.ensure_future(self._reception.serve(self._inbound))
        receiving.add_done_callback(lambda _done: self._worker.stop())
        try:
            end = await self._worker.run()
            self._reception.stop()
            await receiving
            return end
        finally:
            receiving.cancel()
            await asyncio.wait({receiving})
