"""The folder of a Vosk model: what must be in it, looked at before Vosk does, which tells no reasons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.audio.pcm import RATE
from bot.errors import ModelError

_ALWAYS: Final = ("am/final.mdl", "conf/model.conf", "graph/words.txt")
_FEATURES: Final = ("conf/mfcc.conf", "conf/fbank.conf")
_DYNAMIC: Final = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
_STATIC: Final = "graph/HCLG.fst"

_KALDI_RATE: Final = 16000
"""What Kaldi takes for the model's rate when its configuration names none."""


@dataclass(frozen=True, slots=True)
class VoskFolder:
    """A folder that has all its files.

    ``rate``: samples a second to feed: another one than the line's when Kaldi may not resample by itself.
    ``takes_grammar``: whether its graph is put together while decoding, which grammars need.
    """

    path: Path
    rate: int
    takes_grammar: bool


def vosk_folder(path: Path) -> VoskFolder:
    """Look at ``path``, or at the one folder within it, as archives make. Raises ModelError."""
    path = _unwrapped(path.absolute())
    if not path.is_dir():
        raise ModelError(
            f"there is no Vosk model at {path}; get one with 'xiaorong models fetch vosk-model-small-cn-0.22'"
        )
    takes_grammar = not (path / _STATIC).is_file()
    wanted = [*_ALWAYS, *(_DYNAMIC if takes_grammar else (_STATIC,))]
    features = next((name for name in _FEATURES if (path / name).is_file()), None)
    wrong = [name for name in wanted if not _has_content(path / name)]
    wrong += [] if features else [" or ".join(_FEATURES)]
    if wrong:
        raise ModelError(f"{path} is no Vosk model, or a damaged one: missing or empty: {', '.join(wrong)}")
    return VoskFolder(path, _rate_to_feed(path / str(features)), takes_grammar)


def _unwrapped(path: Path) -> Path:
    inner = [entry for entry in path.iterdir() if entry.is_dir()] if path.is_dir() else []
    return inner[0] if len(inner) == 1 and (inner[0] / "am").is_dir() else path


def _has_content(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def _rate_to_feed(conf: Path) -> int:
    """The rate of the line when Kaldi may resample it itself, else the model's own."""
    lines = (line.partition("#")[0].strip() for line in conf.read_text(encoding="utf-8").splitlines())
    options = dict(line.lstrip("-").replace("_", "-").split("=", 1) for line in lines if "=" in line)
    try:
        rate = round(float(options.get("sample-frequency", _KALDI_RATE)))
    except ValueError as error:
        raise ModelError(f"{conf}: the sample frequency is no number: {error}") from error
    if not RATE <= rate <= 48_000:
        raise ModelError(f"{conf}: a model for {rate} Hz is of no use on a telephone line of {RATE} Hz")
    return RATE if options.get("allow-upsample", "false").strip() == "true" else rate
