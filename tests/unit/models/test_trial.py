"""Trying models in a process of their own, with the real Vosk."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.errors import ModelError
from bot.models.trial import has_trial, try_model
from tests.unit.asr.conftest import model_copy, vosk_model

__all__ = ["model_copy", "vosk_model"]

pytestmark = pytest.mark.external


def test_a_sound_model_works(vosk_model: Path) -> None:
    tried = try_model("vosk", vosk_model)
    assert tried.heard == ""
    assert tried.load_s > 0
    assert has_trial("vosk")
    assert has_trial("sherpa")
    assert not has_trial("piper")


def test_a_model_that_takes_the_process_down_is_told(model_copy: Path) -> None:
    graph = model_copy / "graph/Gr.fst"
    content = bytearray(graph.read_bytes())
    middle, garble = len(content) // 2, random.Random(3)
    content[middle : middle + 64] = bytes(garble.randrange(256) for _ in range(64))
    graph.unlink()
    graph.write_bytes(content)
    with pytest.raises(ModelError, match=r"crashed the recogniser \(signal 6\)"):
        try_model("vosk", model_copy)


def test_what_the_recogniser_says_of_a_model_is_handed_on(model_copy: Path) -> None:
    (model_copy / "conf/model.conf").unlink()
    with pytest.raises(ModelError, match=r"missing or empty: conf/model\.conf"):
        try_model("vosk", model_copy)
