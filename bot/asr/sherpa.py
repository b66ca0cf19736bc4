"""Recognition by sherpa-onnx 2.x with a streaming neural model: the extra ``neural``.

Transducers, zipformer2 CTC and paraformers are told by the files in the model's folder. Phrases of a call are
hotwords, which transducers alone know: any other model ends the process when it is given one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.asr.recognizer import Hypothesis
from bot.asr.script import joined
from bot.asr.sherpa_folder import Kind, SherpaFolder, sherpa_folder
from bot.audio import pcm as sound
from bot.audio.resample import MEDIUM, Resampler
from bot.errors import ModelError, RecognizerError
from bot.nlu.normalize import normalize

try:
    import sherpa_onnx
except ImportError:  # the extra is not installed: said when the engine is asked for
    sherpa_onnx = None

RATE: Final = 16000
"""Samples a second that the models are fed."""

TAIL_S: Final = 0.7
"""Silence after an utterance, in which the model says the words that it was still weighing."""

HOTWORD_SCORE: Final = 2.0
"""Added for each token of a hotword; the library's own default is 1.5."""

_loading = threading.Lock()


def engine(model: Path) -> SherpaEngine:
    """The engine with the model in the folder ``model``, looked at now and loaded when first needed.

    Raises ModelError, also when sherpa-onnx is not installed.
    """
    if sherpa_onnx is None:
        raise ModelError(
            "sherpa-onnx is not installed: pip install 'xiaorong[neural]', or set recognizer to vosk"
        )
    return SherpaEngine(sherpa_folder(model))


class SherpaEngine:
    """Implements ``bot.asr.decoder.Engine``. A tuning is the hotwords, parted by slashes."""

    def __init__(self, folder: SherpaFolder) -> None:
        self._folder = folder
        self._tokens: frozenset[str] = frozenset()
        self._recognizer: Any = None

    @property
    def name(self) -> str:
        return f"sherpa-onnx {self._folder.path.name}"

    def load(self) -> None:
        with _loading:
            if self._recognizer is None:
                self._tokens = _tokens(self._folder.tokens)
                try:
                    self._recognizer = _load(self._folder)
                except Exception as error:  # whatever ONNX Runtime finds wrong with a file
                    raise ModelError(
                        f"sherpa-onnx cannot load {self._folder.path}: {error}; damaged or not for streaming"
                    ) from error

    def tuning(self, phrases: Sequence[str], *, closed: bool) -> str:
        if closed:
            raise RecognizerError(f"{self.name} cannot hear a closed set of phrases: hear openly")
        if self._folder.kind is not Kind.TRANSDUCER:
            return ""
        spoken = {normalize(phrase).compact for phrase in phrases}
        # The library takes no hotwords at all when one has a character that is no token.
        return "/".join(sorted(word for word in spoken if len(word) > 1 and set(word) <= self._tokens))

    def decoder(self, tuning: str) -> SherpaDecoder:
        return SherpaDecoder(self._recognizer, tuning)


class SherpaDecoder:
    """Implements ``bot.asr.decoder.Decoder``. Gives one reading: the library gives no others.

    Each utterance has a stream of its own: the library's reset keeps sound that was not decoded yet.
    """

    def __init__(self, recognizer: Any, tuning: str) -> None:
        self._recognizer, self._tuning = recognizer, tuning
        self._upsampler = Resampler(
            sound.RATE, RATE, MEDIUM
        )  # the library would announce its own on standard error each time
        self._stream = self._new()

    def accept(self, pcm: bytes) -> str:
        return self._decode(self._upsampler.push(pcm))

    def finish(self) -> tuple[Hypothesis, ...]:
        text = self._decode(self._upsampler.push(sound.silence(TAIL_S)) + self._upsampler.finish())
        self._stream = self._new()
        return (Hypothesis(text),) if text else ()

    def reset(self) -> None:
        self._upsampler.finish()
        self._stream = self._new()

    def _new(self) -> Any:
        # An empty list of hotwords is none, but only transducers may be given one.
        return self._recognizer.create_stream(*([self._tuning] if self._tuning else []))

    def _decode(self, pcm: bytes) -> str:
        self._stream.accept_waveform(RATE, sound.samples(pcm).astype(np.float32) / 32768)
        while self._recognizer.is_ready(self._stream):
            self._recognizer.decode_stream(self._stream)
        return joined([self._recognizer.get_result(self._stream)])


def _load(folder: SherpaFolder) -> Any:
    """The recogniser of the folder's kind; one thread each, since many streams are decoded at once."""
    common: dict[str, Any] = {"tokens": os.fspath(folder.tokens), "num_threads": 1, "sample_rate": RATE}
    parts = [os.fspath(part) for part in folder.parts]
    make = sherpa_onnx.OnlineRecognizer
    if folder.kind is Kind.TRANSDUCER:
        encoder, decoder, joiner = parts
        return make.from_transducer(
            encoder=encoder,
            decoder=decoder,
            joiner=joiner,
            decoding_method="modified_beam_search",  # hotwords need it
            hotwords_score=HOTWORD_SCORE,
            **common,
        )
    if folder.kind is Kind.PARAFORMER:
        encoder, decoder = parts
        return make.from_paraformer(encoder=encoder, decoder=decoder, **common)
    return make.from_zipformer2_ctc(model=parts[0], **common)


def _tokens(file: Path) -> frozenset[str]:
    """The tokens of a model: a line each, with a number. Raises ModelError: the library ends the process."""
    tokens = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        token, _, index = line.rpartition(" ")
        if not index.strip().isdigit():
            raise ModelError(f"{file}:{number}: a token and its number are expected; fetch the model again")
        tokens.add(token.strip())
    return frozenset(tokens)
