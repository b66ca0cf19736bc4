"""A voice for sherpa-onnx made of a few lines: each token is a tone whose loudness tells which token it is.

It is a VITS model by its inputs, its output and what it says of itself, so the engine loads and runs it as it
would any other; nothing in it was trained.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

TOKENS = ("_", "a", "b", "c", ",", ".", "!", "?")
LEXICON = {"您": "a", "好": "b", "再": "c", "见": "a"}
TOKEN_S = 0.1
_INT64, _FLOAT = 7, 1


def write_voice(folder: Path, *, rate: int = 22050, speakers: int = 1) -> Path:
    """A folder that sherpa-onnx takes for a Chinese voice."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model(rate, speakers))
    (folder / "tokens.txt").write_text("".join(f"{token} {number}\n" for number, token in enumerate(TOKENS)))
    (folder / "lexicon.txt").write_text("".join(f"{word} {token}\n" for word, token in LEXICON.items()))
    return folder


def _model(rate: int, speakers: int) -> bytes:
    """y = token * sin(t), TOKEN_S * length_scale long for each token."""
    numbers = {
        "zero": 0.0,
        "one": 1.0,
        "samples": TOKEN_S * rate,
        "step": 2 * np.pi * 440 / rate,
        "soft": 0.02,
    }
    graph = b"".join(
        [
            _node("Cast", ["x"], ["xf"], to=_FLOAT),
            _node("Unsqueeze", ["xf", "axis"], ["tokens"]),
            _node("Squeeze", ["length_scale"], ["scale"]),
            _node("Mul", ["scale", "samples"], ["count"]),
            _node("Range", ["zero", "count", "one"], ["at"]),
            _node("Mul", ["at", "step"], ["angle"]),
            _node("Sin", ["angle"], ["wave"]),
            _node("Mul", ["wave", "soft"], ["quiet"]),
            _node("Mul", ["tokens", "quiet"], ["each"]),
            _node("Reshape", ["each", "flat"], ["y"]),
            _bytes(2, b"tiny"),
            *(_bytes(5, _tensor(name, _FLOAT, struct.pack("<f", it))) for name, it in numbers.items()),
            _bytes(5, _tensor("axis", _INT64, struct.pack("<q", 2), 1)),
            _bytes(5, _tensor("flat", _INT64, struct.pack("<3q", 1, 1, -1), 3)),
            _bytes(11, _value("x", _INT64, 2)),
            _bytes(11, _value("x_length", _INT64, 1)),
            *(
                _bytes(11, _value(name, _FLOAT, 1))
                for name in ("noise_scale", "length_scale", "noise_scale_w")
            ),
            *([_bytes(11, _value("sid", _INT64, 1))] if speakers > 1 else []),
            _bytes(12, _value("y", _FLOAT, 3)),
        ]
    )
    about = {
        "model_type": "vits", "comment": "tiny", "language": "Chinese", "sample_rate": str(rate),
        "add_blank": "0", "n_speakers": str(speakers), "punctuation": ", . ! ?", "has_espeak": "0",
    }  # fmt: skip
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _properties(about)


def _properties(about: Mapping[str, str]) -> bytes:
    pairs = (_bytes(1, key.encode()) + _bytes(2, value.encode()) for key, value in about.items())
    return b"".join(_bytes(14, pair) for pair in pairs)


def _node(kind: str, inputs: list[str], outputs: list[str], **attributes: int) -> bytes:
    parts = [_bytes(1, name.encode()) for name in inputs] + [_bytes(2, name.encode()) for name in outputs]
    parts.append(_bytes(4, kind.encode()))
    for name, value in attributes.items():
        parts.append(_bytes(5, _bytes(1, name.encode()) + _number(3, value) + _number(20, 2)))
    return _bytes(1, b"".join(parts))


def _tensor(name: str, kind: int, raw: bytes, *shape: int) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    return dims + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, raw)


def _value(name: str, kind: int, rank: int) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, f"{name}{axis}".encode())) for axis in range(rank))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
