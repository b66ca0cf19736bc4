"""Neural voices: the real engine on a voice made for tests, and what is said when a voice cannot be had."""

from __future__ import annotations

import asyncio
import os
import signal
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.audio.loudness import TARGET_DB, active_level_db
from bot.audio.pcm import seconds
from bot.errors import ModelError, SynthesisError
from bot.language import language_dir
from bot.tts.registry import open_synthesizer, synthesizer_names
from bot.tts.sherpa import SherpaSynthesizer
from bot.tts.sherpa_voice import find_voice
from tests.unit.tts.tiny_voice import TOKEN_S, write_voice

ZH = language_dir("zh")
needs_engine = pytest.mark.skipif(
    find_spec("sherpa_onnx") is None, reason="the extra 'neural' is not installed"
)


@pytest.fixture(scope="module")
def voice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voice(tmp_path_factory.mktemp("voices") / "tiny", speakers=2)


@needs_engine
async def test_a_voice_speaks_at_the_rate_and_loudness_of_the_line(voice_folder: Path) -> None:
    voice = SherpaSynthesizer(ZH, f"{voice_folder}#1")
    sound = await voice.synthesize("您好")
    assert seconds(sound) == pytest.approx(2 * TOKEN_S, abs=0.04)
    assert active_level_db(sound) == pytest.approx(TARGET_DB, abs=0.5)
    slower = await voice.synthesize("您好", rate=0.8)
    assert seconds(slower) == pytest.approx(2 * TOKEN_S / 0.8, abs=0.04)
    assert await voice.synthesize("😀") == b""
    assert len(await asyncio.gather(*(voice.synthesize("您好再见") for _ in range(5)))) == 5
    voice.close()


@needs_engine
async def test_a_voice_that_dies_is_started_again(voice_folder: Path) -> None:
    voice = SherpaSynthesizer(ZH, str(voice_folder))
    await voice.synthesize("您好")
    pid = voice.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SynthesisError, match="died"):
        await voice.synthesize("您好")
    assert await voice.synthesize("您好")
    assert voice.pid not in (None, pid)
    voice.close()


@needs_engine
async def test_a_speaker_that_the_voice_has_not_is_told(voice_folder: Path) -> None:
    voice = SherpaSynthesizer(ZH, f"{voice_folder}#2")
    with pytest.raises(ModelError, match="has 2 speakers, counted from 0"):
        await voice.synthesize("您好")
    voice.close()


@needs_engine
async def test_a_model_that_is_none_is_told(tmp_path: Path) -> None:
    folder = write_voice(tmp_path / "broken")
    (folder / "model.onnx").write_bytes(b"not a model")
    voice = SherpaSynthesizer(ZH, str(folder))
    with pytest.raises(ModelError, match="cannot start"):
        await voice.synthesize("您好")
    voice.close()


@needs_engine
def test_another_model_or_speaker_is_another_voice(tmp_path: Path) -> None:
    folder = write_voice(tmp_path / "tiny")
    first, same, speaker = (SherpaSynthesizer(ZH, f"{folder}{number}") for number in ("", "#0", "#1"))
    assert first.id == same.id != speaker.id
    write_voice(folder, rate=16000)
    assert SherpaSynthesizer(ZH, str(folder)).id != first.id


def files(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.mark.parametrize(
    ("names", "family", "chosen"),
    [
        (["zh.onnx", "tokens.txt", "lexicon.txt"], "vits", {"model": "zh.onnx", "lexicon": "lexicon.txt"}),
        (["zh_CN-huayan.onnx", "zh_CN-huayan.onnx.json", "tokens.txt", "espeak-ng-data/phontab"], "vits",
         {"model": "zh_CN-huayan.onnx", "data_dir": "espeak-ng-data"}),
        (["model.int8.onnx", "model.onnx", "tokens.txt", "lexicon.txt", "dict/jieba"], "vits",
         {"model": "model.onnx", "dict_dir": "dict"}),
        (["model.int8.onnx", "tokens.txt", "lexicon.txt"], "vits", {"model": "model.int8.onnx"}),
        (["model-steps-3.onnx", "model-steps-6.onnx", "vocos-22khz.onnx", "tokens.txt", "lexicon.txt"],
         "matcha", {"acoustic_model": "model-steps-6.onnx", "vocoder": "vocos-22khz.onnx"}),
        (["model.onnx", "voices.bin", "tokens.txt", "lexicon-zh.txt", "lexicon-us-en.txt"], "kokoro",
         {"model": "model.onnx", "voices": "voices.bin"}),
    ],
)  # fmt: skip
def test_the_family_is_told_by_the_files(
    tmp_path: Path, names: list[str], family: str, chosen: dict[str, str]
) -> None:
    found = find_voice(files(tmp_path, *names))
    assert found.family == family
    assert {name: Path(found.files[name]).name for name in chosen} == chosen


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], r"no \*\.onnx model"),
        (["vocos.onnx"], r"no \*\.onnx model"),
        (["zh.onnx", "zh.onnx.json"], "no tokens.txt .*Piper.* vits-piper"),
        (["zh.onnx"], "no tokens.txt; unpack"),
        (["zh.onnx", "tokens.txt"], "neither lexicon.txt nor espeak-ng-data"),
    ],
)
def test_what_is_missing_is_told_with_what_to_do(tmp_path: Path, names: list[str], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        find_voice(files(tmp_path, *names))


@pytest.mark.parametrize(
    ("voice", "told"),
    [("", "synthesizer_voice"), ("#1", "synthesizer_voice"), ("folder#first", "is a number"),
     ("folder#-1", "is a number"), ("no/such/folder", "no folder")],
)  # fmt: skip
@needs_engine
def test_a_voice_that_is_none_is_told(voice: str, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        open_synthesizer("piper", ZH, voice)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, voice_folder: Path) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("bot.tts.sherpa.version", missing)
    with pytest.raises(ModelError, match="install the extra 'neural'"):
        open_synthesizer("sherpa", ZH, str(voice_folder))


def test_an_unknown_engine_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ModelError, match="no synthesizer 'siri'; known: espeak, sherpa, piper"):
        open_synthesizer("siri", ZH)
    assert synthesizer_names() == ("espeak", "sherpa", "piper")


async def test_the_default_engine_opens_by_name() -> None:
    voice = open_synthesizer("espeak", ZH, "m7")
    assert "m7" in voice.id
    assert await voice.synthesize("您好")
    voice.close()
