"""The process in which sherpa-onnx speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import sherpa_onnx

from bot.audio.pcm import from_samples
from bot.tts.engine_loop import serve

_FULL = 32767
_FAMILIES = {
    "vits": sherpa_onnx.OfflineTtsVitsModelConfig,
    "matcha": sherpa_onnx.OfflineTtsMatchaModelConfig,
    "kokoro": sherpa_onnx.OfflineTtsKokoroModelConfig,
}


class Sherpa:
    """One voice; ``settings`` name its family, its files, the speaker in it and the threads it may use."""

    def __init__(self, settings: dict[str, Any]) -> None:
        family = settings["family"]
        model = sherpa_onnx.OfflineTtsModelConfig(
            **{family: _FAMILIES[family](**settings["files"])}, num_threads=settings["threads"]
        )
        config = sherpa_onnx.OfflineTtsConfig(model=model)
        if not config.validate():
            raise ValueError("sherpa-onnx does not take these files; it has written why to standard error")
        self._voice, self._speaker = sherpa_onnx.OfflineTts(config), settings["speaker"]
        if self._speaker >= self._voice.num_speakers:
            raise ValueError(f"the voice has {self._voice.num_speakers} speakers, counted from 0")

    def speak(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """The words of ``request["text"]`` at the speed ``request["rate"]``; 1 is the voice's usual one."""
        sound = self._voice.generate(request["text"], sid=self._speaker, speed=request["rate"])
        return sound.sample_rate, from_samples(np.asarray(sound.samples, dtype=np.float32) * _FULL)


if __name__ == "__main__":
    serve(Sherpa)
