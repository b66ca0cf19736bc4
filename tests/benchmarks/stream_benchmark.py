"""Many calls at once through our media streams, every sample accounted for.

::

    python -m tests.benchmarks.stream_benchmark --calls 30 --seconds 20 [--lead 0.3] [--message 0.1]

A server of its own process plays two seconds to each caller and then all that the caller says, so sound
flows both ways without a pause. Tells whether anything was lost, doubled or changed, how often a phone ran
dry, how late our own frames were, and the server's processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import sys
from dataclasses import dataclass, field

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from telephony.errors import CallEnded
from telephony.line import AudioCall, Sound
from telephony.twilio.messages import Start
from telephony.twilio.playout import Pacing
from telephony.twilio.server import MediaStreams, create_app
from tests.benchmarks.caller_script import FRAME, RATE
from tests.benchmarks.media_client import ProcessorTime, start_body
from tests.benchmarks.media_figures import quantile
from tests.benchmarks.voice_benchmark import free_port, until_ready
from tests.benchmarks.voice_server import serve

FIRST = np.zeros(2 * RATE, dtype="<i2").tobytes()
FRAME_S = FRAME / RATE


async def echo(call: AudioCall, start: Start) -> None:
    """Plays FIRST, and behind it what the caller says."""
    await call.send(Sound(FIRST))
    try:
        while True:
            thing = await call.receive(1.0)
            if isinstance(thing, Sound):
                await call.send(thing)
    except CallEnded:
        return


@dataclass
class Line:
    """What one caller said and heard."""

    said: bytearray = field(default_factory=bytearray)
    heard: bytearray = field(default_factory=bytearray)
    messages: int = 0
    dry: list[float] = field(default_factory=list)
    ahead_s: float = 0.0
    late_s: list[float] = field(default_factory=list)

    @property
    def echoed(self) -> bytes:
        return bytes(self.heard[len(FIRST) // 2 :])

    @property
    def whole(self) -> bool:
        """What came back is what was said, and but what is still under way."""
        return self.said.startswith(self.echoed) and len(self.said) - len(self.echoed) < 3 * RATE


async def talk(address: str, number: int, seconds: float) -> Line:
    """One caller, who speaks noise that is never alike twice."""
    line = Line()
    loop = asyncio.get_running_loop()
    stream = f"MZ{number:032x}"
    await asyncio.sleep(number * 0.0137)
    async with connect(address, compression=None) as socket:
        body = start_body(stream, f"CA{number:032x}")
        await socket.send(
            json.dumps({"event": "start", "sequenceNumber": "1", "start": body, "streamSid": stream})
        )
        hearing = asyncio.create_task(_hear(socket, line))
        noise = np.random.default_rng(number).integers(0, 256, round(seconds * RATE), dtype=np.uint8)
        began = loop.time()
        for at in range(0, len(noise), FRAME):
            due = began + at / RATE
            await asyncio.sleep(max(0.0, due - loop.time()))
            line.late_s.append(loop.time() - due)
            ulaw = noise[at : at + FRAME].tobytes()
            # Negative nought is encoded as nought: the one of 256 codes that does not come back as it went.
            line.said += ulaw.replace(b"\x7f", b"\xff")
            count = at // FRAME
            payload = base64.b64encode(ulaw).decode()
            media = {"track": "inbound", "chunk": str(count + 1), "timestamp": str(20 * count)}
            text = {"event": "media", "sequenceNumber": str(count + 2), "streamSid": stream}
            await socket.send(json.dumps({**text, "media": {**media, "payload": payload}}))
    await hearing
    return line


async def _hear(socket: ClientConnection, line: Line) -> None:
    loop = asyncio.get_running_loop()
    ends = 0.0
    async for text in socket:
        sent = json.loads(text)
        if sent["event"] != "media":
            continue
        ulaw, now = base64.b64decode(sent["media"]["payload"]), loop.time()
        if line.heard and now > ends:
            line.dry.append(now - ends)
        ends = max(ends, now) + len(ulaw) / RATE
        line.heard += ulaw
        line.messages += 1
        line.ahead_s = max(line.ahead_s, ends - now)


async def load(calls: int, seconds: float, pacing: Pacing) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.stream_benchmark", "--serve", str(port),
        "--lead", str(pacing.lead_s), "--message", str(pacing.message_s), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        await until_ready("the server", process, port)
        meter = ProcessorTime(process.pid)
        before = meter.seconds()
        lines = await asyncio.gather(
            *(talk(f"ws://127.0.0.1:{port}/media", number, seconds) for number in range(calls))
        )
        used_s = meter.seconds() - before
    finally:
        process.terminate()
        await process.wait()
    _tell(list(lines), used_s, seconds)


def _tell(lines: list[Line], used_s: float, seconds: float) -> None:
    said = sum(len(line.said) for line in lines) // FRAME
    dry = [gap for line in lines for gap in line.dry]
    late = [late_s for line in lines for late_s in line.late_s]
    print(f"calls at once              {len(lines):8}")
    print(f"frames said                {said:8}")
    print(f"calls with sound whole     {sum(line.whole for line in lines):8}")
    print(f"messages out               {sum(line.messages for line in lines):8}")
    print(f"phones ran dry             {len(dry):8} times, at most {max(dry, default=0):.3f} s")
    print(f"most sent ahead            {max(line.ahead_s for line in lines):8.3f} s")
    print(f"our frames late p99, max   {quantile(late, 0.99):8.4f} s {max(late):8.4f} s")
    print(f"processor time             {used_s / (len(lines) * seconds / 60):8.3f} s a call-minute")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--lead", type=float, default=Pacing().lead_s, help="seconds sent ahead of playing")
    parser.add_argument("--message", type=float, default=Pacing().message_s, help="seconds in a message")
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    pacing = Pacing(given.lead, given.message)
    if given.serve:
        asyncio.run(serve(create_app(MediaStreams(echo, pacing=pacing)), given.serve))
    else:
        asyncio.run(load(given.calls, given.seconds, pacing))


if __name__ == "__main__":
    main()
