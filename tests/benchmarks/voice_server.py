"""A server for the voice benchmark: our media streams and our voice, or the reference handler.

::

    python -m tests.benchmarks.voice_server --port 8765 --audio /tmp/callers [--recogniser emulated|vosk]

It says ``ready`` once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path

import uvicorn

from bot.asr.recognizer import Recognizer
from bot.asr.registry import open_recognizer
from telephony.twilio.playout import Pacing
from telephony.twilio.server import SERVER_OPTIONS, MediaStreams, create_app
from tests.benchmarks.caller_script import Script, load_script
from tests.benchmarks.emulated_recogniser import EmulatedRecognizer
from tests.benchmarks.fixed_responder import FixedResponder
from tests.benchmarks.voice_responder import VoiceResponder

VOSK_MODEL = Path(__file__).parents[3] / "shared" / "test-data" / "asr" / "vosk-zh-tiny"


def recognizer(name: str, script: Script, rtf: float) -> Recognizer:
    return EmulatedRecognizer(script, rtf=rtf) if name == "emulated" else open_recognizer("vosk", VOSK_MODEL)


async def serve(app: object, port: int) -> None:
    """Run ``app`` on the loopback until it is told to stop."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        config = uvicorn.Config(app, log_level="warning", **SERVER_OPTIONS)  # type: ignore[arg-type]
        print("ready", flush=True)
        await uvicorn.Server(config).serve([listening])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--audio", type=Path, required=True, help="made by caller_audio")
    parser.add_argument("--recogniser", choices=("emulated", "vosk"), default="emulated")
    parser.add_argument("--rtf", type=float, default=0.07, help="of the emulated recogniser")
    parser.add_argument("--lead", type=float, default=Pacing().lead_s, help="seconds sent ahead of playing")
    parser.add_argument(
        "--message", type=float, default=Pacing().message_s, help="seconds of sound a message"
    )
    parser.add_argument("--fixed", action="store_true", help="the reference handler, 0.5 s whatever is said")
    given = parser.parse_args()
    script = load_script(given.audio)
    hears = recognizer(given.recogniser, script, given.rtf)
    handler = FixedResponder(script, hears) if given.fixed else VoiceResponder(script, hears)
    streams = MediaStreams(handler, pacing=Pacing(given.lead, given.message))
    asyncio.run(serve(create_app(streams), given.port))


if __name__ == "__main__":
    main()
