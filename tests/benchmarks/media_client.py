"""A load client for any server that speaks Twilio's Media Streams.

::

    python -m tests.benchmarks.caller_audio /tmp/callers
    python -m tests.benchmarks.media_client ws://127.0.0.1:8765/media /tmp/callers --calls 4 --pid 1234

Plays callers in real time, a frame of 20 ms every 20 ms, many calls at once, and measures what each caller
meets (see ``media_figures``). With ``--pid`` the processor time of that process and its children. It imports
nothing of the product, so it judges every server alike.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psutil
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.caller_script import FRAME, RATE, Samples, Script, Utterance, load_script
from tests.benchmarks.media_figures import (
    MISSED_S,
    CallLog,
    Heard,
    Said,
    header,
    row,
    summarize,
)

FRAME_S = FRAME / RATE
QUIET_S = 0.4  # the bot is taken to have finished after so much silence
FIRST_WAIT_S = 1.5  # for a greeting, before the caller speaks unasked
THINKING_S = (0.3, 0.8)  # of the caller, after the bot has finished
STAGGER_S = 0.37  # between the beginnings of calls


def _decoding() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = ((((code & 15).astype(np.int32) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    table: NDArray[np.int16] = np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)
    return table


def _encoding(decoded: NDArray[np.int16]) -> NDArray[np.uint8]:
    """For every sample the code whose sound is nearest."""
    order = np.argsort(decoded, kind="stable")
    values = decoded[order].astype(np.int32)
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    above = np.clip(np.searchsorted(values, samples), 1, 255)
    nearest = np.where(samples - values[above - 1] < values[above] - samples, above - 1, above)
    return order[nearest].astype(np.uint8)


ULAW_DECODED = _decoding()
ULAW_ENCODED = _encoding(ULAW_DECODED)


class Phone:
    """The caller's phone: plays what it is sent, and answers marks as Twilio does."""

    def __init__(self, socket: ClientConnection, stream: str, log: CallLog) -> None:
        self._socket = socket
        self._stream = stream
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._marks: dict[str, asyncio.TimerHandle] = {}
        self._echoes: set[asyncio.Task[None]] = set()
        self.sequence = 0
        self.plays_until = -math.inf
        self.plays_since = -math.inf  # the beginning of the present reply

    @property
    def playing(self) -> bool:
        return self._loop.time() < self.plays_until

    async def listen(self) -> None:
        """Until the other side closes."""
        try:
            async for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            return

    def _take(self, message: dict[str, Any]) -> None:
        now = self._loop.time()
        match message["event"]:
            case "media":
                ulaw = base64.b64decode(message["media"]["payload"])
                sound = ULAW_DECODED[np.frombuffer(ulaw, np.uint8)]
                if now - self.plays_until > QUIET_S:
                    self.plays_since = now
                self.plays_until = max(now, self.plays_until) + len(sound) / RATE
                self._log.heard.append(Heard(now, sound))
            case "clear":
                self._log.cleared.append(now)
                self.plays_until = min(now, self.plays_until)
                for name in list(self._marks):
                    self._reach(name)
            case "mark":
                name = message["mark"]["name"]
                self._marks[name] = self._loop.call_at(max(now, self.plays_until), self._reach, name)

    def _reach(self, name: str) -> None:
        """Echo this mark, and before it those before it: timers of one moment come in any order."""
        while name in self._marks:
            first = next(iter(self._marks))
            self._marks.pop(first).cancel()
            task = self._loop.create_task(self.send("mark", {"name": first}))
            self._echoes.add(task)
            task.add_done_callback(self._echoes.discard)

    async def send(self, event: str, body: dict[str, Any]) -> None:
        self.sequence += 1
        text = json.dumps(
            {"event": event, "sequenceNumber": str(self.sequence), event: body, "streamSid": self._stream}
        )
        await self._send(text)

    async def send_sound(self, frame: Samples, number: int) -> None:
        """One frame, the ``number``-th of the stream."""
        self.sequence += 1
        payload = base64.b64encode(ULAW_ENCODED[frame.view(np.uint16)].tobytes()).decode()
        await self._send(
            f'{{"event":"media","sequenceNumber":"{self.sequence}","media":{{"track":"inbound",'
            f'"chunk":"{number + 1}","timestamp":"{20 * number}","payload":"{payload}"}},'
            f'"streamSid":"{self._stream}"}}'
        )

    async def _send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            return  # ``listen`` ends by it too, and the call with that


class Playing(Protocol):
    """What a caller hears of the phone: whether and until when it plays, and since when."""

    plays_since: float
    plays_until: float

    @property
    def playing(self) -> bool: ...


@dataclass
class Caller:
    """Decides, frame by frame, what the caller does."""

    phone: Playing
    log: CallLog
    lines: Iterator[Utterance]
    chance: np.random.Generator
    began: float

    def __post_init__(self) -> None:
        self._next: Utterance | None = next(self.lines, None)
        self._speaking: Utterance | None = None
        self._at = 0
        self._began = math.nan
        self._over_reply = False
        self._asked = self.began  # when the bot was last given the turn
        self._thinking_s = float(self.chance.uniform(*THINKING_S))
        self.done = False

    def frame(self, now: float) -> Samples | None:
        """The caller's sound for the 20 ms from ``now``; None is silence. Sets ``done``."""
        if self._speaking is None:
            self._decide(now)
        utterance = self._speaking
        if utterance is None:
            return None
        if self._at == 0:
            self._began = now
        sound = utterance.sound[self._at : self._at + FRAME]
        self._at += FRAME
        if self._at >= len(utterance.sound):
            # Counted from this frame, for it was sent now: that which held the last sample of speech.
            back = len(utterance.sound) // FRAME - math.ceil(utterance.speech_s[1] / FRAME_S - 1e-6)
            self._asked = now - back * FRAME_S
            began = self._began + utterance.speech_s[0]
            self.log.said.append(Said(utterance.id, began, self._asked, self._over_reply))
            self._speaking = None
            self._thinking_s = float(self.chance.uniform(*THINKING_S))
        return sound

    def _decide(self, now: float) -> None:
        """Begin to speak, or have done, when it is time."""
        phone, line = self.phone, self._next
        answered = phone.plays_until > self._asked
        waited_s = now - self._asked
        finished = answered and now - phone.plays_until >= QUIET_S + self._thinking_s
        given_up = waited_s > (MISSED_S if self.log.said else FIRST_WAIT_S) and not phone.playing
        if line is None:
            self.done = finished or given_up
        elif line.barge_in_s is not None and answered and phone.playing:
            if now - phone.plays_since >= line.barge_in_s:
                self._begin(line, over_reply=True)
        elif finished or (given_up and not answered):
            self._begin(line, over_reply=False)

    def _begin(self, line: Utterance, *, over_reply: bool) -> None:
        self._speaking, self._at, self._over_reply = line, 0, over_reply
        self._next = next(self.lines, None)


async def hold_call(address: str, script: Script, number: int, *, rotate: bool, seed: int) -> CallLog:
    """One call, from its connection to its end."""
    log = CallLog()
    stream, call = f"MZ{number:032x}", f"CA{number:032x}"
    shift = 3 * number % len(script.utterances) if rotate else 0
    lines = [*script.utterances[shift:], *script.utterances[:shift]]
    chance = np.random.default_rng([seed, number])
    loop = asyncio.get_running_loop()
    # Twilio offers no compression.
    async with connect(address, compression=None, max_size=None, open_timeout=30) as socket:
        phone = Phone(socket, stream, log)
        await socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        await phone.send("start", start_body(stream, call))
        listening = asyncio.create_task(phone.listen())
        began = log.began = loop.time()
        caller = Caller(phone, log, iter(lines), chance, began)
        count = 0
        while not listening.done():
            due = began + count * FRAME_S
            wait = due - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            now = loop.time()
            log.lateness_s.append(now - due)
            sound = caller.frame(now)
            if caller.done:
                break
            await phone.send_sound(_mixed(sound, script.background, count), count)
            count += 1
        log.ended = loop.time()
        if listening.done():
            log.failure = f"the server hung up: {socket.close_code} {socket.close_reason}"
        else:
            await phone.send("stop", {"accountSid": "AC" + "0" * 32, "callSid": call})
    await listening
    return log


def start_body(stream: str, call: str) -> dict[str, Any]:
    return {
        "accountSid": "AC" + "0" * 32,
        "streamSid": stream,
        "callSid": call,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
        "customParameters": {},
    }


def _mixed(sound: Samples | None, background: Samples, count: int) -> Samples:
    at = count * FRAME % (len(background) - FRAME)
    noise = background[at : at + FRAME]
    if sound is None:
        return noise
    mixed: Samples = np.clip(sound.astype(np.int32) + noise, -32768, 32767).astype(np.int16)
    return mixed


class ProcessorTime:
    """Seconds of processor that a process and its children have used."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def seconds(self) -> float:
        total = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total


async def run_load(
    address: str, script: Script, calls: int, *, pid: int | None = None, rotate: bool = True, seed: int = 0
) -> dict[str, Any]:
    """Hold ``calls`` calls at once and give the figures."""
    meter = ProcessorTime(pid) if pid is not None else None
    before = meter.seconds() if meter else 0.0

    async def one(number: int) -> CallLog:
        await asyncio.sleep(number * STAGGER_S)
        try:
            return await hold_call(address, script, number, rotate=rotate, seed=seed)
        except (OSError, TimeoutError, ConnectionClosed) as error:
            return CallLog(failure=f"{type(error).__name__}: {error}")

    logs = await asyncio.gather(*(one(number) for number in range(calls)))
    used = meter.seconds() - before if meter else None
    return summarize(list(logs), script, used)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", help="ws://host:port/path")
    parser.add_argument("folder", type=Path, help="made by caller_audio")
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--pid", type=int, help="the server's process, to count its processor time")
    parser.add_argument("--in-order", action="store_true", help="all callers begin with the first utterance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    script = load_script(given.folder)
    figures = asyncio.run(
        run_load(
            given.address, script, given.calls, pid=given.pid, rotate=not given.in_order, seed=given.seed
        )
    )
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print(header())
        print(row(f"{given.calls} calls", figures))
        for failure in figures["failed_calls"]:
            print(failure)


if __name__ == "__main__":
    main()
