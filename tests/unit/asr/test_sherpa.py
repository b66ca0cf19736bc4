"""The adapter against the real sherpa-onnx, with toy models: no streaming Mandarin model is at hand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.asr import sherpa
from bot.asr.pool import PooledRecognizer
from bot.asr.registry import open_recognizer
from bot.asr.sherpa_folder import Kind, sherpa_folder
from bot.audio import pcm as sound
from bot.errors import ModelError, RecognizerError

pytest.importorskip("onnx", reason="onnx is not installed, with which the toy models are made")
pytest.importorskip("sherpa_onnx", reason="sherpa-onnx is not installed: pip install 'xiaorong[neural]'")
from tests.unit.asr.toy_models import TOYS

LOUD = sound.from_samples(np.random.default_rng(3).normal(0, 9000, 2400))
QUIET = sound.silence(0.6)


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("toys")
    for name, make in TOYS.items():
        make(folder / name)
    return {name: folder / name for name in TOYS}


@pytest.fixture
def opened() -> Iterator[Callable[[Path], PooledRecognizer]]:
    recognizers = []

    def opening(model: Path) -> PooledRecognizer:
        recognizers.append(open_recognizer("sherpa", model, timeout_s=60.0))
        return recognizers[-1]

    yield opening
    for recognizer in recognizers:
        recognizer.close()


async def test_words_come_as_they_are_said(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    recognizer = opened(toys["ctc"])
    assert recognizer.name == "sherpa-onnx ctc"
    stream = await recognizer.open()
    assert [await stream.feed(pcm) for pcm in (QUIET, LOUD + QUIET, LOUD + QUIET)] == ["", "好", "好好"]
    assert (await stream.finish()).text == "好好"
    assert (await stream.finish()).alternatives == ()
    assert await stream.feed(QUIET) == ""
    assert (await stream.finish()).alternatives == ()


async def test_the_last_words_are_waited_for(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    stream = await opened(toys["ctc"]).open()
    assert await stream.feed(LOUD[:3200]) == ""
    assert (await stream.finish()).text == "好"


async def test_reset_forgets_sound_that_was_not_decoded_yet(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    stream = await opened(toys["ctc"]).open()
    await stream.feed(LOUD[:3200])
    await stream.reset()
    assert await stream.feed(QUIET) == ""
    assert (await stream.finish()).alternatives == ()


async def test_streams_at_once_do_not_mix(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    recognizer = opened(toys["ctc"])
    streams = [await recognizer.open() for _ in range(4)]
    for _ in range(3):
        heard = await asyncio.gather(
            *(stream.feed((LOUD if number % 2 else QUIET) + QUIET) for number, stream in enumerate(streams))
        )
        assert [bool(text) for text in heard] == [False, True, False, True]
    finals = await asyncio.gather(*(stream.finish() for stream in streams))
    assert [final.text for final in finals] == ["", "好好好", "", "好好好"]


@pytest.mark.parametrize("name", ["张伟", "章伟"])
async def test_hotwords_decide_between_like_sounds(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer], name: str
) -> None:
    stream = await opened(toys["transducer"]).open([name, "龘伟", "伟"])  # one unknown, one too short
    await stream.feed(QUIET + LOUD + QUIET)
    assert set((await stream.finish()).text.split(name)) == {""}


async def test_a_model_without_hotwords_is_given_none(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    """The library ends the process otherwise."""
    stream = await opened(toys["ctc"]).open(["张伟", "好好"])
    assert await stream.feed(QUIET + LOUD + QUIET) == "好"


async def test_a_closed_set_is_refused(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer]
) -> None:
    with pytest.raises(RecognizerError, match="closed set"):
        await opened(toys["ctc"]).open(["好"], closed=True)


async def test_damaged_files_are_told(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(toys["ctc"], broken)
    model = broken / "ctc-toy.onnx"
    model.write_bytes(model.read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged or not for streaming"):
        await opened(broken).warm_up()


async def test_tokens_that_would_end_the_process_are_told(
    toys: dict[str, Path], opened: Callable[[Path], PooledRecognizer], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(toys["ctc"], broken)
    (broken / "tokens.txt").write_text("<blk> 0\n好\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokens\.txt:2"):
        await opened(broken).warm_up()


@pytest.mark.parametrize("kind", Kind)
async def test_each_kind_is_asked_for_in_its_own_way(
    opened: Callable[[Path], PooledRecognizer], tmp_path: Path, kind: Kind
) -> None:
    """No model of every kind is at hand; but the library gets as far as reading the files."""
    for part in kind.value:
        (tmp_path / f"{part}.onnx").write_bytes(b"no model")
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    with pytest.raises(ModelError, match=r"Load model from .* failed"):
        await opened(tmp_path).warm_up()


@pytest.mark.parametrize(
    ("files", "kind", "parts"),
    [
        (["encoder-x.onnx", "decoder-x.onnx", "joiner-x.onnx"], Kind.TRANSDUCER, None),
        (
            [
                "encoder-x.onnx",
                "encoder-x.int8.onnx",
                "decoder-x.onnx",
                "joiner-x.int8.onnx",
                "joiner-x.onnx",
            ],
            Kind.TRANSDUCER,
            ["encoder-x.int8.onnx", "decoder-x.onnx", "joiner-x.int8.onnx"],
        ),
        (["encoder.int8.onnx", "decoder.int8.onnx"], Kind.PARAFORMER, None),
        (["ctc-epoch-20.int8.onnx", "ctc-epoch-20.onnx"], Kind.ZIPFORMER2_CTC, ["ctc-epoch-20.int8.onnx"]),
        (["model.int8.onnx"], Kind.ZIPFORMER2_CTC, None),
    ],
)
def test_the_kind_of_a_model_is_told_by_its_files(
    tmp_path: Path, files: list[str], kind: Kind, parts: list[str] | None
) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    for name in [*files, "tokens.txt"]:
        (inner / name).write_text("x")
    folder = sherpa_folder(tmp_path / "outer")
    assert folder.kind is kind
    assert [part.name for part in folder.parts] == (parts or files)


@pytest.mark.parametrize("files", [[], ["encoder.onnx"], ["joiner.onnx", "decoder.onnx"]])
def test_a_folder_of_no_kind_says_what_it_needs(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_text("x")
    with pytest.raises(ModelError, match=r"tokens\.txt"):
        sherpa_folder(tmp_path)
    (tmp_path / "tokens.txt").write_text("x 0\n")
    with pytest.raises(ModelError, match=r"encoder\*\.onnx \+ decoder\*\.onnx"):
        sherpa_folder(tmp_path)


def test_no_folder_and_no_package_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="xiaorong models list"):
        open_recognizer("sherpa", tmp_path / "none")
    monkeypatch.setattr(sherpa, "sherpa_onnx", None)
    with pytest.raises(ModelError, match=r"pip install 'xiaorong\[neural\]'"):
        open_recognizer("sherpa", tmp_path)


def test_an_unknown_engine_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="known: sherpa, vosk"):
        open_recognizer("whisper", tmp_path)
