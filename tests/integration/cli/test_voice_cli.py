"""Calls by voice from the command line, with the real recogniser and the real voice, and without."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bot.audio.pcm import RATE, samples
from bot.language import language_dir
from bot.tts.registry import open_synthesizer
from campaigns.customers.sample import write_sample
from tests.integration.cli.test_cli import Run, run  # noqa: F401 - the fixture

MODEL = Path(__file__).parents[4] / "shared" / "test-data" / "asr" / "vosk-zh-tiny"
needs_model = pytest.mark.skipif(not MODEL.is_dir(), reason="../shared/test-data/asr/vosk-zh-tiny is missing")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".xiaorong"


@pytest.fixture
def with_model(run: Run, home: Path) -> Run:  # noqa: F811
    run("init")
    settings = home / "settings.toml"
    text = settings.read_text("utf-8").replace("vosk-model-small-cn-0.22", str(MODEL))
    settings.write_text(text, "utf-8")
    return run


@pytest.mark.slow
@pytest.mark.external
@needs_model
def test_a_campaign_by_voice_ends_with_dispositions_and_recordings(
    with_model: Run, tmp_path: Path, home: Path
) -> None:
    write_sample(tmp_path / "portfolio.csv", date(2026, 11, 23), 4, 11)
    with_model("customers", "import", "portfolio.csv")
    with_model("grade")
    with_model("campaign", "create", "v", "--concurrency", "4")
    shown = with_model("campaign", "run", "v", "--audio", "--channel", "mobile").stdout
    assert "is finished" in shown
    listed = with_model("recording", "list").stdout
    assert list((home / "recordings").rglob("*.xrec"))
    assert "whole" in listed
    assert "cut off" not in listed


@pytest.mark.external
@needs_model
def test_a_recording_can_talk_to_the_bot(with_model: Run, tmp_path: Path) -> None:
    voice = open_synthesizer("espeak", language_dir("zh"), "m3")
    try:
        words = samples(asyncio.run(voice.synthesize("我不认识你打错了")))
    finally:
        voice.close()
    caller = np.zeros(RATE * 24, np.int16)
    caller[RATE * 19 : RATE * 19 + len(words)] = words
    soundfile.write(tmp_path / "caller.wav", caller, RATE)
    shown = with_model("talk", "--wav", "caller.wav", "--reply", "reply.wav").stdout
    assert "请问您是王小明先生本人吗" in shown
    assert "客户" in shown
    assert "The call ends" in shown
    reply, rate = soundfile.read(tmp_path / "reply.wav", dtype="int16")
    assert rate == RATE
    opening = reply[: RATE * 10].astype(float)
    assert np.sqrt(np.mean(opening**2)) > 300  # the bot is to be heard


def test_without_a_model_calls_are_held_in_text_and_it_is_told(run: Run) -> None:  # noqa: F811
    shown = run("call", "simulate", "--audio").stdout
    assert "xiaorong models" in shown
    assert "held in text" in shown
    assert "is finished" in shown


def test_talking_without_a_model_says_how_to_get_one(run: Run, tmp_path: Path) -> None:  # noqa: F811
    run("init")
    told = run("talk", "--wav", "caller.wav", ok=False).stderr
    assert "xiaorong models" in told
