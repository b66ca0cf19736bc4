"""Recordings that Twilio makes: asked for, brought here when they are ready, and deleted at Twilio."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Final

import soundfile

from telephony.clock import Clock
from telephony.copies import CarrierCopy, Shelf
from telephony.errors import LineError
from telephony.pcm import RATE
from telephony.twilio.api import Refused, TwilioApi

_log = logging.getLogger(__name__)

PAUSES_S: Final = (2.0, 10.0, 60.0, 300.0)
"""Waits between tries to bring a recording."""

LAST_LOOKS_S: Final = (2.0, 5.0, 10.0)
"""Waits before Twilio is asked for recordings of which no callback came, when the line closes."""

REMEMBERED: Final = 10_000
_GONE: Final = 20404


class Copies:
    """``shelf`` None: nothing is recorded by Twilio. ``hook`` is where Twilio tells that one is ready."""

    def __init__(self, api: TwilioApi, clock: Clock, shelf: Shelf | None, hook: str) -> None:
        self._api, self._clock, self._shelf, self._hook = api, clock, shelf, hook
        self._awaited: set[str] = set()  # calls
        self._known: dict[str, None] = {}  # recordings
        self._tasks: set[asyncio.Task[None]] = set()
        self.lost = 0  # recordings that could not be brought: they are still at Twilio

    def begin(self, call_sid: str) -> None:
        """Have Twilio record this call, which was answered; once a call."""
        if self._shelf is not None and call_sid not in self._awaited:
            self._awaited.add(call_sid)
            self._start(self._ask(call_sid))

    def told(self, form: Mapping[str, str]) -> None:
        """A callback; one that comes again changes nothing."""
        sid, call_sid = form.get("RecordingSid", ""), form.get("CallSid", "")
        if form.get("RecordingStatus") == "absent":  # nothing was said
            self._awaited.discard(call_sid)
        elif sid and call_sid and form.get("RecordingStatus", "completed") == "completed":
            self._bring(sid, call_sid)

    async def close(self) -> None:
        """Bring what is still to come, for as long as that is likely."""
        for pause_s in LAST_LOOKS_S:
            await self._settle()
            if not self._awaited:
                return
            await self._clock.sleep(pause_s)
            for call_sid in tuple(self._awaited):
                await self._look(call_sid)
        await self._settle()
        for call_sid in self._awaited:
            self._give_up(f"the recording of call {call_sid}", "it was not ready")
        self._awaited.clear()

    async def _settle(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _ask(self, call_sid: str) -> None:
        try:
            await self._api.ask(
                lambda client: client.calls(call_sid).recordings.create_async(
                    recording_channels="dual",
                    recording_status_callback=self._hook,
                    recording_status_callback_event=["completed", "absent"],
                )
            )
        except LineError as error:
            self._awaited.discard(call_sid)
            _log.error("%s: Twilio does not record it: %s", call_sid, error)

    async def _look(self, call_sid: str) -> None:
        try:
            made = await self._api.ask(lambda client: client.calls(call_sid).recordings.list_async())
        except LineError as error:
            _log.warning("%s: it is not known whether its recording is ready: %s", call_sid, error)
            return
        for recording in made:
            if str(recording.status) == "completed":
                self._bring(recording.sid, call_sid)

    def _bring(self, sid: str, call_sid: str) -> None:
        if self._shelf is None or sid in self._known:
            return
        self._known[sid] = None
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self._start(self._try(sid, call_sid, self._shelf))

    async def _try(self, sid: str, call_sid: str, shelf: Shelf) -> None:
        what = f"recording {sid} of call {call_sid}"
        for pause_s in (*PAUSES_S, None):
            try:
                await shelf.keep(_split(sid, call_sid, await self._api.recording(sid)))
                await self._delete(sid)
            except LineError as error:
                if pause_s is None:
                    self._give_up(what, str(error))
                    break
                _log.warning("%s is not here yet: %s", what, error)
                await self._clock.sleep(pause_s)
            else:
                break
        self._awaited.discard(call_sid)

    async def _delete(self, sid: str) -> None:
        try:
            await self._api.ask(lambda client: client.recordings(sid).delete_async())
        except Refused as refused:
            if refused.code != _GONE:
                raise

    def _give_up(self, what: str, why: str) -> None:
        self.lost += 1
        _log.error("%s was not brought here: %s; fetch and delete it in the Twilio console", what, why)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _split(sid: str, call_sid: str, wav: bytes) -> CarrierCopy:
    """Both sides of the call. Raises LineError when it is no recording of two channels at 8000 Hz."""
    try:
        sound, rate = soundfile.read(io.BytesIO(wav), dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise LineError(f"the recording {sid} cannot be read") from error
    if rate != RATE or sound.shape[1] != 2:
        raise LineError(f"the recording {sid} has {sound.shape[1]} channels at {rate} Hz, not two at {RATE}")
    return CarrierCopy(sid, call_sid, sound[:, 0].tobytes(), sound[:, 1].tobytes())
