"""The folder of a streaming sherpa-onnx model: which kind it is, told by its files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.errors import ModelError


class Kind(Enum):
    """The kinds of streaming models that are read, with the parts that each is made of."""

    TRANSDUCER = ("encoder", "decoder", "joiner")
    PARAFORMER = ("encoder", "decoder")
    ZIPFORMER2_CTC = ("ctc",)


@dataclass(frozen=True, slots=True)
class SherpaFolder:
    """``parts`` are the ONNX files in the order of ``kind``."""

    path: Path
    kind: Kind
    parts: tuple[Path, ...]
    tokens: Path


def sherpa_folder(path: Path) -> SherpaFolder:
    """Look at ``path``, or at the one folder within it, as archives make. Raises ModelError.

    Of a part in several precisions the 8-bit one is taken: it is the fastest on a processor.
    """
    path = _unwrapped(path.absolute())
    if not path.is_dir():
        raise ModelError(
            f"there is no sherpa-onnx model at {path}; 'xiaorong models list' names those to fetch"
        )
    tokens = path / "tokens.txt"
    if not tokens.is_file() or not tokens.stat().st_size:
        raise ModelError(f"{path} is no sherpa-onnx model, or a damaged one: tokens.txt is missing or empty")
    files = sorted(file for file in path.glob("*.onnx") if file.stat().st_size)
    for kind in Kind:
        found = [_part(files, name) for name in kind.value]
        parts = tuple(part for part in found if part is not None)
        if len(parts) == len(found):
            return SherpaFolder(path, kind, parts, tokens)
    kinds = " or ".join(" + ".join(f"{part}*.onnx" for part in kind.value) for kind in Kind)
    raise ModelError(f"{path} is no streaming sherpa-onnx model, or a damaged one: it needs {kinds}")


def _unwrapped(path: Path) -> Path:
    inner = [entry for entry in path.iterdir() if entry.is_dir()] if path.is_dir() else []
    return inner[0] if len(inner) == 1 and (inner[0] / "tokens.txt").is_file() else path


def _part(files: list[Path], name: str) -> Path | None:
    """The file of a part. A CTC model has one, called after it or simply ``model``."""
    names = (name, "model") if name == "ctc" else (name,)
    found = [file for file in files if file.name.startswith(names)]
    small = [file for file in found if ".int8." in file.name]
    return next(iter(small or found), None)
