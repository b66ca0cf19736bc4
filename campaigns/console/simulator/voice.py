"""Talking to a script by voice: the browser's microphone over a WebSocket, a call of its own behind it.

The call is held on a thread with a loop of its own, so that its work holds up no page. Messages to the
browser: sound as bytes, and JSON with a ``type``: preparing, ready, entry, over, or error with a ``code``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

from anyio import ClosedResourceError
from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.errors import BotError, ModelError
from bot.transcript import Entry
from campaigns.clock import SystemClock
from campaigns.console.access.forgery import check_origin
from campaigns.console.access.viewer import Viewer, identify
from campaigns.console.guard import language_of
from campaigns.console.services import Services
from campaigns.console.simulator.sittings import Sitting
from campaigns.console.simulator.studio import Studio
from campaigns.console.view.codes import code_text
from campaigns.dialing.talk import Script, hold_call
from campaigns.errors import AccessError
from telephony.browser import BrowserCall
from telephony.errors import CallEnded

VOICE_PATH: Final = "/simulator/voice"
ASKS: Final = "simulator.use"
MOST: Final = 2
"""Calls by voice at once: each has a recogniser of its own."""

CHECK_S: Final = 5.0  # between two looks whether they still may
LONGEST: Final = timedelta(minutes=10)
MESSAGE_BYTES: Final = 16_000
"""A second of sound: a page of ours sends a twenty-fifth at a time."""

REFUSED, TOO_LARGE = 1008, 1009
_log = logging.getLogger(__name__)


class VoiceDoor:
    """The application at VOICE_PATH: lets in whoever may, from a page of ours, one call a user."""

    def __init__(self, services: Services, studio: Studio) -> None:
        self._services, self._studio = services, studio
        self._talking: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        viewer = await self._admit(socket)
        if viewer is None:
            await socket.close(REFUSED)  # before it is accepted: the browser gets 403
            return
        await socket.accept()
        user_id, language = viewer.user_id, language_of(socket, viewer, self._services)
        sitting = self._studio.sittings.of(user_id, self._services.now())
        if sitting is None or user_id in self._talking or len(self._talking) >= MOST:
            await _tell(socket, type="error", code="no_desk" if sitting is None else "busy")
            await socket.close()
            return
        self._talking.add(user_id)
        watching = asyncio.ensure_future(self._until_refused(socket))
        try:
            await _Talk(socket, self._services, sitting, language).hold(watching)
        finally:
            watching.cancel()
            self._talking.discard(user_id)

    async def _until_refused(self, socket: WebSocket) -> None:
        """Ends once whoever talks may not any more: a call outlasts sessions and roles."""
        while await self._allowed(socket) is not None:  # noqa: ASYNC110 - nothing tells when a right ends
            await asyncio.sleep(CHECK_S)

    async def _admit(self, socket: WebSocket) -> Viewer | None:
        try:
            check_origin(socket)
        except AccessError:
            return None
        return await self._allowed(socket)

    async def _allowed(self, socket: WebSocket) -> Viewer | None:
        viewer = await run_sync(partial(identify, socket, self._services, looks=True))
        if viewer is None or viewer.via != "session" or not viewer.may(ASKS):
            return None
        return viewer


class _Talk:
    """One call by voice."""

    def __init__(self, socket: WebSocket, services: Services, sitting: Sitting, language: str) -> None:
        self._socket, self._services, self._sitting = socket, services, sitting
        self._language = language
        self._loop = asyncio.get_running_loop()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ready: asyncio.Future[tuple[BrowserCall, asyncio.AbstractEventLoop]] = (
            self._loop.create_future()
        )

    async def hold(self, refused: asyncio.Future[None]) -> None:
        """Until the call is over, the browser is gone, or ``refused`` is done."""
        await _tell(self._socket, type="preparing")
        work = asyncio.ensure_future(run_sync(self._work))
        telling = asyncio.ensure_future(self._tell_all())
        hearing = asyncio.ensure_future(self._hear())
        ends: set[asyncio.Future[Any]] = {work, hearing, refused}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            await self._leave(work)
        last = await work
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        self._outbox.put_nowait(last)
        self._outbox.put_nowait({})
        await telling

    async def _leave(self, work: asyncio.Future[Any]) -> None:
        await asyncio.wait({work, self._ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._ready.done() and not work.done():
            call, loop = self._ready.result()
            with suppress(RuntimeError):  # it came to its end at this very moment
                loop.call_soon_threadsafe(call.leave)

    async def _hear(self) -> None:
        """Hand over what the browser sends, and give back what it is to play."""
        socket = self._socket
        while True:
            try:
                message = await socket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return
            if message["type"] == "websocket.disconnect":
                return
            sound, text = message.get("bytes"), message.get("text")
            if text is not None:
                if text == "hang up":
                    return
                continue
            if not sound or len(sound) > MESSAGE_BYTES or len(sound) % 2:
                await socket.close(TOO_LARGE)
                return
            if not self._ready.done():
                continue  # nobody listens yet
            call, loop = self._ready.result()
            try:
                played = await _on(loop, call.exchange(sound))
            except CallEnded:
                return
            if played and _is_open(socket):
                await socket.send_bytes(played)

    async def _tell_all(self) -> None:
        while told := await self._outbox.get():
            await _tell(self._socket, **told)
        if _is_open(self._socket):
            await self._socket.close()

    def _work(self) -> dict[str, Any]:
        """On a thread: hold the call; what is told last."""
        services, script = self._services, self._sitting.script
        try:
            with services.voicing(services.settings, script.folder, script.prompts, record=False) as voicing:
                return asyncio.run(self._talk(voicing.tools))
        except ModelError:
            return {"type": "error", "code": "no_model"}
        except BotError as error:
            _log.error("the simulator by voice: %s", error)
            return {"type": "error", "code": "fault"}
        except Exception as error:  # the thread's last barrier; the message may hold what was said
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("the simulator by voice: unexpected %s\n%s", type(error).__name__, where)
            return {"type": "error", "code": "fault"}

    async def _talk(self, tools: Any) -> dict[str, Any]:
        clock, made = SystemClock(), self._sitting.script
        call = BrowserCall("simulator")
        script = Script(made.flow, made.prompts, made.interpreter, self._services.settings.zone)
        self._loop.call_soon_threadsafe(self._ready.set_result, (call, asyncio.get_running_loop()))
        self._post({"type": "ready"})
        held = await hold_call(
            call,
            self._sitting.desk.brief,
            script,
            clock,
            clock.now() + LONGEST,
            self._see,
            voice=tools,
        )
        code = str(held.result.outcome.disposition)
        return {"type": "over", "disposition": code_text("disposition", code, self._language)}

    def _see(self, entry: Entry) -> None:
        told = {
            "type": "entry",
            "speaker": entry.speaker,
            "text": entry.text,
            "step": entry.step,
            "intent": entry.intent and code_text("intent", entry.intent, self._language),
            "confidence": None if entry.confidence is None else round(entry.confidence, 2),
            "event": entry.event,
        }
        self._post({key: value for key, value in told.items() if value is not None})

    def _post(self, told: dict[str, Any]) -> None:
        with suppress(RuntimeError):  # the console was stopped meanwhile
            self._loop.call_soon_threadsafe(self._outbox.put_nowait, told)


async def _on(loop: asyncio.AbstractEventLoop, work: Any) -> Any:
    """Await ``work`` on another loop. Raises CallEnded when that is over."""
    if loop.is_closed():
        work.close()
        raise CallEnded("the call is over")
    asked: Future[Any] = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        return await asyncio.wrap_future(asked)
    except asyncio.CancelledError:
        if asked.cancelled():  # its loop came to its end meanwhile
            raise CallEnded("the call is over") from None
        raise


def _is_open(socket: WebSocket) -> bool:
    return socket.application_state is socket.client_state is WebSocketState.CONNECTED


async def _tell(socket: WebSocket, **told: Any) -> None:
    if not _is_open(socket):
        return
    try:
        await socket.send_text(json.dumps(told, ensure_ascii=False))
    except (WebSocketDisconnect, RuntimeError, ClosedResourceError):
        return  # the browser is gone; whoever listens to it notices
