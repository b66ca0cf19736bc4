"""A Mandarin recogniser for tests that must tell whether speech can be understood."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import vosk

from bot.audio.pcm import RATE, silence

MODEL = Path(__file__).resolve().parents[4] / "shared" / "test-data" / "asr" / "vosk-zh-tiny"


class Hearing:
    """Hears which of ``phrases`` was said. The words of a phrase are cut as the model knows them."""

    def __init__(self, phrases: Sequence[str]) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(MODEL))
        grammar = json.dumps([" ".join(self._cut(phrase)) for phrase in phrases], ensure_ascii=False)
        self._recognizer = vosk.KaldiRecognizer(self._model, RATE, grammar)

    def hear(self, pcm: bytes) -> str:
        """What was heard in sound for the line."""
        self._recognizer.AcceptWaveform(silence(0.3) + pcm + silence(0.3))
        text = str(json.loads(self._recognizer.FinalResult())["text"])
        self._recognizer.Reset()
        return text.replace(" ", "")

    def _cut(self, phrase: str) -> list[str]:
        words, at = [], 0
        while at < len(phrase):
            end = next(
                (
                    end
                    for end in range(len(phrase), at, -1)
                    if self._model.vosk_model_find_word(phrase[at:end]) != -1
                ),
                None,
            )
            if end is None:
                raise ValueError(f"the model has no word for {phrase[at]}")
            words.append(phrase[at:end])
            at = end
        return words
