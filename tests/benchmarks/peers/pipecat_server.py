"""Pipecat, as a good engineer would set it up for phone calls on one's own machine.

::

    python -m venv /tmp/pipecat && /tmp/pipecat/bin/pip install 'pipecat-ai[websocket,silero]' \\
        uvicorn pyttsx3 espeakng-loader pypinyin soundfile
    PYTHONPATH=. /tmp/pipecat/bin/python -m tests.benchmarks.peers.pipecat_server --port 8766 \\
        --audio /tmp/callers --turns fixed --cached

FastAPI's WebSocket transport, Twilio's serializer, Silero voice activity, a local recogniser in threads and
espeak in another. Everything runs at 8 kHz, so nothing is resampled; metrics, tracing of turns, RTVI and
debug logs are off. ``--turns``: ``fixed`` ends a turn 0.2 + 0.3 s after speech, ``default`` is Pipecat's own
(Smart Turn). ``--stt``: ``streaming`` recognises all the while, as engines with partial results are run;
``segmented`` recognises what the voice activity detector cuts out, as Pipecat's own local services do.
Seen with Pipecat 1.14.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.settings import STTSettings, TTSSettings
from pipecat.services.stt_service import SegmentedSTTService, STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

from tests.benchmarks.caller_audio import Voice
from tests.benchmarks.caller_script import RATE, Script, load_script
from tests.benchmarks.emulated_recogniser import EmulatedRecognizer, EmulatedStream

BATCH_BYTES = 1600  # 100 ms
OWN_ENDPOINT_BYTES = 16_000  # of sound without a new word, after which engines end an utterance by themselves
FINISH = b""
NO_STT_SETTINGS: dict[str, Any] = {"model": None, "language": None}


class StreamingSTT(STTService):
    """All the sound goes to the recogniser, in batches, by a task of its own; its result is read out when
    speech has stopped."""

    def __init__(self, stream: EmulatedStream) -> None:
        super().__init__(ttfs_p99_latency=0.35, settings=STTSettings(**NO_STT_SETTINGS))
        self._stream = stream
        self._batch = b""
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._partial = ""
        self._since_word = 0  # bytes
        self._recognising: asyncio.Task[None] | None = None

    async def start(self, frame: Frame) -> None:
        await super().start(frame)
        self._recognising = self.create_task(self._recognise())

    async def cleanup(self) -> None:
        await super().cleanup()
        if self._recognising is not None:
            await self.cancel_task(self._recognising)
            self._recognising = None

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        self._batch += audio
        if len(self._batch) >= BATCH_BYTES:
            self._flush()
        yield None

    def _flush(self) -> None:
        if self._batch:
            self._queue.put_nowait(self._batch)
            self._batch = b""

    async def _handle_vad_user_stopped_speaking(self, frame: Frame) -> None:
        await super()._handle_vad_user_stopped_speaking(frame)
        self._flush()
        self._queue.put_nowait(FINISH)

    async def _recognise(self) -> None:
        while True:
            batch = await self._queue.get()
            if batch is FINISH:
                await self._finish()
                continue
            partial = await self._stream.feed(batch)
            self._since_word += len(batch)
            if partial and partial != self._partial:
                self._partial, self._since_word = partial, 0
                await self.push_frame(InterimTranscriptionFrame(partial, "", time_now_iso8601()))
            elif self._partial and self._since_word >= OWN_ENDPOINT_BYTES:
                await self._finish()

    async def _finish(self) -> None:
        self._partial, self._since_word = "", 0
        text = (await self._stream.finish()).text
        if text:
            await self.push_frame(_transcription(text))


class SegmentedSTT(SegmentedSTTService):
    """Only what the voice activity detector cuts out goes to the recogniser, all at once."""

    def __init__(self, stream: EmulatedStream) -> None:
        super().__init__(ttfs_p99_latency=0.35, settings=STTSettings(**NO_STT_SETTINGS))
        self._stream = stream

    @property
    def wants_wav_segments(self) -> bool:
        return False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        await self._stream.feed(audio)
        text = (await self._stream.finish()).text
        yield _transcription(text) if text else None


def _transcription(text: str) -> TranscriptionFrame:
    return TranscriptionFrame(text, "", time_now_iso8601(), finalized=True)


class Transcript(FrameProcessor):
    """Keeps what was recognised until the turn is answered.

    It stands before the turns are decided: the end of a turn overtakes the words that brought it about.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heard: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self._heard.append(frame.text)
        await self.push_frame(frame, direction)

    def take(self) -> str:
        text = "".join(self._heard)
        self._heard.clear()
        return text


class Responder(FrameProcessor):
    """Answers a finished turn of the caller, in place of a language model."""

    def __init__(self, script: Script, transcript: Transcript) -> None:
        super().__init__()
        self._script = script
        self._transcript = transcript

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame) and direction is FrameDirection.DOWNSTREAM:
            text = self._transcript.take()
            if text:
                await self.push_frame(TTSSpeakFrame(self._script.reply_to(text).text))


class EspeakTTS(TTSService):
    """espeak in one thread; with ``cache`` the replies are ready as sound."""

    def __init__(self, voice: Voice, thread: ThreadPoolExecutor, cache: dict[str, bytes]) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=RATE,
            settings=TTSSettings(model=None, voice=None, language=None),
        )
        self._voice = voice
        self._thread = thread
        self._cache = cache

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        pcm = self._cache.get(text)
        if pcm is None:
            loop = asyncio.get_running_loop()
            pcm = await loop.run_in_executor(self._thread, self._voice.say_pcm, text)
        yield TTSAudioRawFrame(pcm, RATE, 1, context_id=context_id)


class Server:
    """One pipeline a call."""

    def __init__(self, script: Script, given: argparse.Namespace) -> None:
        self._script = script
        self._given = given
        self._recognizer = EmulatedRecognizer(script, rtf=given.rtf)
        # pyttsx3 must be used by the thread that made its engine.
        self._thread = ThreadPoolExecutor(1)
        self._voice = self._thread.submit(Voice).result()
        replies = script.replies.values() if given.cached else ()
        self._cache = {reply.text: reply.sound.astype("<i2").tobytes() for reply in replies}

    async def hold(self, websocket: WebSocket) -> None:
        await websocket.accept()
        _, call = await parse_telephony_websocket(websocket)
        serializer = TwilioFrameSerializer(
            call["stream_id"], params=TwilioFrameSerializer.InputParams(auto_hang_up=False)
        )
        transport = FastAPIWebsocketTransport(
            websocket,
            FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer),
        )
        stream = await self._recognizer.open()
        recognise = StreamingSTT if self._given.stt == "streaming" else SegmentedSTT
        transcript = Transcript()
        pipeline = Pipeline(
            [
                transport.input(),
                VADProcessor(
                    vad_analyzer=SileroVADAnalyzer(sample_rate=RATE, params=VADParams(stop_secs=0.2))
                ),
                recognise(stream),
                transcript,
                UserTurnProcessor(user_turn_strategies=self._strategies()),
                Responder(self._script, transcript),
                EspeakTTS(self._voice, self._thread, self._cache),
                transport.output(),
            ]
        )
        worker = PipelineWorker(
            pipeline,
            params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
            enable_rtvi=False,
            enable_turn_tracking=False,
        )

        @transport.event_handler("on_client_disconnected")  # type: ignore[untyped-decorator]
        async def on_client_disconnected(transport: object, client: object) -> None:
            await worker.cancel()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()

    def _strategies(self) -> UserTurnStrategies:
        if self._given.turns == "default":
            return UserTurnStrategies()
        return UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.3)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--audio", type=Path, required=True, help="made by caller_audio")
    parser.add_argument("--turns", choices=("fixed", "default"), default="fixed")
    parser.add_argument("--stt", choices=("streaming", "segmented"), default="streaming")
    parser.add_argument("--cached", action="store_true", help="replies are ready as sound")
    parser.add_argument("--rtf", type=float, default=0.07, help="of the emulated recogniser")
    parser.add_argument("--log", default="WARNING")
    given = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level=given.log)
    server = Server(load_script(given.audio), given)
    app = FastAPI()
    app.add_api_websocket_route("/media", server.hold)
    print("ready", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning", ws_per_message_deflate=False)


if __name__ == "__main__":
    main()
