"""Recognition by Vosk 0.3.45 (Kaldi): offline, one model for all calls of a process.

Vosk trusts its caller: a grammar of ``[]`` is a segmentation fault, a sample rate of 0 hangs, a grammar
changed within an utterance aborts the process. So a decoder is made with a grammar and keeps it, rates come
from the checked model, and what a call brings was checked before: sound by ``bot.asr.pool``, phrases by
``bot.asr.grammar``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vosk import KaldiRecognizer, Model, SetLogLevel

from bot.asr.grammar import grammar
from bot.asr.recognizer import Hypothesis
from bot.asr.script import joined
from bot.asr.vosk_folder import VoskFolder, vosk_folder
from bot.asr.vosk_results import in_a_row, partial_text, readings
from bot.audio import pcm as sound
from bot.audio.resample import MEDIUM, Resampler
from bot.errors import ModelError, RecognizerError

ALTERNATIVES: Final = 10
"""Readings asked for. Of 49 words the first was right for 35, one of 5 for 45, one of 10 for 46."""

_models: dict[Path, Model] = {}
_loading = threading.Lock()


def engine(model: Path) -> VoskEngine:
    """The engine with the model in the folder ``model``, which is looked at now and loaded when first needed.

    Raises ModelError.
    """
    return VoskEngine(vosk_folder(model))


class VoskEngine:
    """Implements ``bot.asr.decoder.Engine``. A tuning is a grammar in JSON, empty for an open vocabulary."""

    def __init__(self, folder: VoskFolder) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return f"vosk {self._folder.path.name}"

    def load(self) -> None:
        self._model()

    def tuning(self, phrases: Sequence[str], *, closed: bool) -> str:
        if not closed:
            return ""
        if not self._folder.takes_grammar:
            raise RecognizerError(f"{self.name} has a static graph, which ignores grammars: hear openly")
        model = self._model()
        made = grammar(phrases, lambda word: model.vosk_model_find_word(word) != -1)
        if not made:
            raise RecognizerError(
                f"{self.name} knows the words of none of the {len(phrases)} phrases to hear"
            )
        return made

    def decoder(self, tuning: str) -> VoskDecoder:
        return VoskDecoder(self._model(), self._folder, tuning)

    def _model(self) -> Model:
        return _loaded(self._folder.path)


class VoskDecoder:
    """Implements ``bot.asr.decoder.Decoder``."""

    def __init__(self, model: Model, folder: VoskFolder, tuning: str) -> None:
        try:
            self._vosk = (
                KaldiRecognizer(model, folder.rate, tuning) if tuning else KaldiRecognizer(model, folder.rate)
            )
        except Exception as error:  # the only class that Vosk raises
            raise RecognizerError(f"Vosk cannot decode with the model in {folder.path}: {error}") from error
        self._vosk.SetMaxAlternatives(ALTERNATIVES)
        self._upsampler = Resampler(sound.RATE, folder.rate, MEDIUM) if folder.rate != sound.RATE else None
        self._parts: list[tuple[Hypothesis, ...]] = []

    def accept(self, pcm: bytes) -> str:
        self._feed(pcm if self._upsampler is None else self._upsampler.push(pcm))
        return joined([*(part[0].text for part in self._parts), partial_text(self._vosk.PartialResult())])

    def finish(self) -> tuple[Hypothesis, ...]:
        if self._upsampler is not None:
            self._feed(self._upsampler.finish())
        parts = [*self._parts, readings(self._vosk.FinalResult())]
        self._parts = []
        return in_a_row(parts, ALTERNATIVES)

    def reset(self) -> None:
        self._vosk.Reset()
        self._parts = []
        if self._upsampler is not None:
            self._upsampler.finish()

    def _feed(self, pcm: bytes) -> None:
        """At an end that Vosk itself sees, the result is taken and kept: else decoding gets ever slower.

        Not taken, a minute of silence took two minutes; taken, five seconds.
        """
        try:
            ended = self._vosk.AcceptWaveform(pcm) if pcm else 0
        except Exception as error:
            raise RecognizerError(f"Vosk refused {len(pcm)} bytes of sound: {error}") from error
        if ended and (part := readings(self._vosk.Result()))[0].text:
            self._parts.append(part)


def _loaded(path: Path) -> Model:
    """The model in ``path``, loaded once in this process. Raises ModelError."""
    with _loading:
        model = _models.get(path)
        if model is None:
            SetLogLevel(-1)
            try:
                model = _models[path] = Model(str(path))
            except Exception as error:  # the only class that Vosk raises
                raise ModelError(
                    f"Vosk cannot load {path}, it is damaged: {error}; fetch it again"
                ) from error
        return model
