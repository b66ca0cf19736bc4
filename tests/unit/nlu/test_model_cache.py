from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import blocks
from bot.nlu.model import IntentModel, fit
from bot.nlu.model_cache import cached_model

SAMPLES = [("是的", "affirm"), ("对的", "affirm"), ("不是", "deny"), ("不对", "deny")]


def make() -> IntentModel:
    return fit([blocks(text, ()) for text, _ in SAMPLES], [intent for _, intent in SAMPLES])


def fail() -> IntentModel:
    raise AssertionError("the cached model was not used")


def answer(model: IntentModel, text: str) -> str:
    return model.intents[int(model.probabilities(blocks(text, ())).argmax())]


def test_a_model_is_made_once_and_read_back_the_same(tmp_path: Path) -> None:
    made = cached_model(tmp_path / "cache", [b"data"], make)
    read = cached_model(tmp_path / "cache", [b"data"], fail)
    assert read.intents == made.intents
    np.testing.assert_array_equal(
        read.probabilities(blocks("不对", ())), made.probabilities(blocks("不对", ()))
    )
    assert answer(read, "不是") == "deny"


def test_other_data_is_another_model(tmp_path: Path) -> None:
    cached_model(tmp_path, [b"data"], make)
    cached_model(tmp_path, [b"other data"], make)
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(AssertionError, match="not used"):
        cached_model(tmp_path, [b"dat", b"a"], fail)  # the parts matter, not only their sum


def test_an_empty_file_is_made_again(tmp_path: Path) -> None:
    cached_model(tmp_path, [b"data"], make)
    [path] = tmp_path.iterdir()
    path.write_bytes(b"")
    cached_model(tmp_path, [b"data"], make)
    cached_model(tmp_path, [b"data"], fail)


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [lambda b: b[:20], lambda b: b[: len(b) // 2], lambda b: b"junk", flipped])
def test_a_damaged_file_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[bytes], bytes]
) -> None:
    cached_model(tmp_path, [b"data"], make)
    [path] = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        again = cached_model(tmp_path, [b"data"], make)
    assert answer(again, "不是") == "deny"
    assert "damaged" in caplog.text
    cached_model(tmp_path, [b"data"], fail)


def test_a_cache_that_cannot_be_written_costs_no_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("", encoding="utf-8")
    model = cached_model(blocked / "cache", [b"data"], make)
    assert answer(model, "是的") == "affirm"
    assert "cannot be cached" in caplog.text


def test_many_writers_leave_one_whole_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(lambda _: cached_model(tmp_path, [b"data"], make), range(8)))
    assert {answer(model, "是的") for model in models} == {"affirm"}
    assert [path.suffix for path in tmp_path.iterdir()] == [".model"]
    cached_model(tmp_path, [b"data"], fail)
