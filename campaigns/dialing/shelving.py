"""Keeping what a carrier recorded: sealed like our own recordings, and none where the customer refused."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.audio.pcm import RATE
from bot.recording.archive import Recordings
from campaigns.dialing.talk import REFUSES_RECORDING
from campaigns.store.carrier_copies import record_copy, recordable
from campaigns.store.threads import StoreThreads
from telephony.copies import CarrierCopy
from telephony.errors import LineError

_PIECE: Final = 10 * RATE  # samples between two breaths for the disk


class CarrierShelf:
    """A ``telephony.copies.Shelf``."""

    def __init__(self, recordings: Recordings, store: StoreThreads, line: str) -> None:
        self._recordings, self._store, self._line = recordings, store, line

    async def keep(self, copy: CarrierCopy) -> None:
        """Raises LineError while the call is not on record, and when the disk does not take it."""
        call = await self._store.run(recordable, self._line, copy.call_id, REFUSES_RECORDING)
        if call is None:
            raise LineError("its call is not on record yet")
        if call.refused or call.kept:
            return
        recorder = self._recordings.start(f"{copy.call_id}.carrier", call.answered_at)
        for at in range(0, max(len(copy.customer), len(copy.ours)) // 2, _PIECE):
            recorder.customer(copy.customer[2 * at : 2 * (at + _PIECE)])
            recorder.bot(copy.ours[2 * at : 2 * (at + _PIECE)], at)
            await asyncio.sleep(0.005)  # real time: a disk is waited for
        kept = await recorder.close(())
        if kept.name is None or kept.fault is not None:
            recorder.stop_and_discard()
            raise LineError(f"it cannot be kept: {kept.fault}")
        await self._store.run(record_copy, call.call_id, kept.name)
