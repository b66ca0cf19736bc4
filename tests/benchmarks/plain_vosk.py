"""Vosk behind the port, with nothing around it: what the reference servers of the benchmark run with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import vosk

from bot.asr.recognizer import Hypothesis, Recognition
from tests.benchmarks.caller_script import RATE


class PlainVosk:
    """A ``bot.asr.recognizer.Recognizer`` over a model in ``folder``."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(folder))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognises")

    @property
    def name(self) -> str:
        return "vosk"

    async def open(self, phrases: Sequence[str] = ()) -> PlainVoskStream:
        return PlainVoskStream(vosk.KaldiRecognizer(self._model, float(RATE)), self._pool)


class PlainVoskStream:
    """A ``bot.asr.recognizer.RecognizerStream``."""

    def __init__(self, engine: vosk.KaldiRecognizer, pool: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._pool = pool
        self._before: list[str] = []  # what the engine ended by itself

    async def feed(self, pcm: bytes) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._feed, pcm)

    async def finish(self) -> Recognition:
        text = await asyncio.get_running_loop().run_in_executor(self._pool, self._finish)
        return Recognition((Hypothesis(text),)) if text else Recognition()

    async def reset(self) -> None:
        self._before.clear()
        await asyncio.get_running_loop().run_in_executor(self._pool, self._engine.Reset)

    async def close(self) -> None:
        self._before.clear()

    def _feed(self, pcm: bytes) -> str:
        if self._engine.AcceptWaveform(pcm):
            self._before.append(_text(self._engine.Result(), "text"))
        return "".join(self._before) + _text(self._engine.PartialResult(), "partial")

    def _finish(self) -> str:
        text = "".join(self._before) + _text(self._engine.FinalResult(), "text")
        self._before.clear()
        return text


def _text(result: str, key: str) -> str:
    return str(json.loads(result).get(key, "")).replace(" ", "")
