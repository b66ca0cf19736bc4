"""What kind of voice a folder holds: the families that sherpa-onnx speaks with, told by their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.errors import ModelError

Family = Literal["vits", "matcha", "kokoro"]

_VOCODERS = ("vocos*.onnx", "hifigan*.onnx")
_HOW = "unpack a voice of the sherpa-onnx project's tts-models there, as it is"


@dataclass(frozen=True, slots=True)
class SherpaVoice:
    """The files of one voice, by the names that the family's settings have for them."""

    family: Family
    files: dict[str, str]

    @property
    def signature(self) -> str:
        """What tells this voice from another in the same place: names, sizes and times of its models."""
        models = sorted(Path(file) for file in self.files.values() if file.endswith((".onnx", ".bin")))
        return "/".join(f"{m.name}:{m.stat().st_size}:{m.stat().st_mtime_ns}" for m in models)


def find_voice(folder: Path) -> SherpaVoice:
    """The voice in ``folder``. Raises ModelError saying what is missing and how to get it."""
    if not folder.is_dir():
        raise ModelError(f"there is no folder {folder} with a voice; {_HOW}")
    vocoder = next((file for pattern in _VOCODERS for file in sorted(folder.glob(pattern))), None)
    models = [file for file in sorted(folder.glob("*.onnx")) if file != vocoder]
    if not models:
        raise ModelError(f"{folder} holds no *.onnx model; {_HOW}")
    tokens = folder / "tokens.txt"
    if not tokens.is_file():
        piper = " (a voice as Piper publishes it lacks it; take its vits-piper-* form)"
        hint = piper if list(folder.glob("*.onnx.json")) else ""
        raise ModelError(f"{folder} holds no tokens.txt{hint}; {_HOW}")
    whole = [file for file in models if "int8" not in file.name]  # better to listen to, where both are there
    files = {"tokens": str(tokens), **_words(folder)}
    model = str((whole or models)[-1])  # of several steps, as matcha has them, the last is the finest
    if (folder / "voices.bin").is_file():
        return SherpaVoice("kokoro", {**files, "model": model, "voices": str(folder / "voices.bin")})
    if vocoder is not None:
        return SherpaVoice("matcha", {**files, "acoustic_model": model, "vocoder": str(vocoder)})
    return SherpaVoice("vits", {**files, "model": model})


def _words(folder: Path) -> dict[str, str]:
    """Where the voice learns how words are pronounced. Raises ModelError when nowhere."""
    found = {}
    lexicons = sorted(folder.glob("lexicon*.txt"))
    if lexicons:
        found["lexicon"] = ",".join(map(str, lexicons))
    if (folder / "espeak-ng-data").is_dir():
        found["data_dir"] = str(folder / "espeak-ng-data")
    if (folder / "dict").is_dir():
        found["dict_dir"] = str(folder / "dict")
    if "lexicon" not in found and "data_dir" not in found:
        raise ModelError(f"{folder} holds neither lexicon.txt nor espeak-ng-data; {_HOW}")
    return found
