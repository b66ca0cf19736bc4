"""Recorded speech: it speaks for just the words that it says, and what is wrong with a recording is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from bot.audio.loudness import TARGET_DB, active_level_db
from bot.audio.pcm import seconds, silence
from bot.datafile import load_model
from bot.dialogue.manner import Manner
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError
from bot.language import language_dir
from bot.tts.fake import FakeSynthesizer, tone
from bot.tts.reading_words import ReadingWords
from bot.tts.recordings import Recordings
from bot.tts.speaker import Speaker, open_speaker

ZH = language_dir("zh")
WORDS = load_model(ZH / "reading.yml", ReadingWords)
BOOK = PromptBook.load(ZH)
CONSTANTS = {"institution": "融安消费金融", "hotline": "4008001234"}
OPENING = "您好，这里是融安消费金融。"


def record(
    folder: Path, texts: dict[str, str], *, ending: str = ".wav", rate: int = 44100, channels: int = 1
) -> Path:
    """A folder of recordings: a tone of a second for each text."""
    sound = 0.2 * np.sin(2 * np.pi * 300 * np.arange(rate) / rate)
    for name in texts:
        soundfile.write(folder / f"{name}{ending}", np.column_stack([sound] * channels), rate)
    (folder / "recordings.yml").write_text(yaml.safe_dump({"recordings": texts}, allow_unicode=True))
    return folder


def load(folder: Path) -> Recordings:
    return Recordings.load(folder, BOOK, WORDS, CONSTANTS)


def speaking(folder: Path) -> tuple[Speaker, FakeSynthesizer]:
    voice = FakeSynthesizer()
    return open_speaker(ZH, BOOK, CONSTANTS, voice, recordings_dir=folder)[0], voice


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (44100, 2), (48000, 1)])
async def test_a_recording_of_any_kind_speaks_for_its_prompt(
    tmp_path: Path, ending: str, rate: int, channels: int
) -> None:
    folder = record(tmp_path, {"disclose_institution": OPENING}, ending=ending, rate=rate, channels=channels)
    talk, voice = speaking(folder)
    (clause,) = await talk.clauses(OPENING, prompt="disclose_institution")
    assert clause.text == OPENING
    assert seconds(clause.pcm) == pytest.approx(1 + WORDS.pauses["。"], abs=0.05)
    assert active_level_db(clause.pcm) == pytest.approx(TARGET_DB, abs=0.5)
    assert not voice.asked
    assert talk.ready(OPENING) == (clause,)


async def test_each_variant_has_its_own_recording_and_the_others_are_spoken(tmp_path: Path) -> None:
    second = BOOK["answer_louder"].sources[1]
    talk, voice = speaking(record(tmp_path, {"answer_louder.2": second}))
    assert len(await talk.clauses(second)) == 1
    assert not voice.asked
    await talk.clauses(BOOK["answer_louder"].sources[0])
    assert voice.asked


async def test_a_prompt_with_values_is_recorded_by_its_static_clauses(tmp_path: Path) -> None:
    talk, voice = speaking(record(tmp_path, {"purpose_due_today.1.1": "谢谢您的确认。"}))
    clauses = await talk.clauses("谢谢您的确认。跟您提个醒，应还1200元。", prompt="purpose_due_today")
    assert [clause.text for clause in clauses] == ["谢谢您的确认。", "跟您提个醒，", "应还1200元。"]
    assert set(voice.asked) == {"跟您提个醒，", "应还1200元。"}
    assert clauses[1].pcm == tone("跟您提个醒，") + silence(WORDS.pauses[","])


async def test_a_recording_is_made_louder_too_and_keeps_its_pace(tmp_path: Path) -> None:
    talk, voice = speaking(record(tmp_path, {"disclose_institution": OPENING}))
    assert talk.ready(OPENING, Manner(gain_db=4.0)) is None
    (louder,) = await talk.clauses(OPENING, Manner(rate=0.76, gain_db=4.0))
    assert active_level_db(louder.pcm) == pytest.approx(TARGET_DB + 4, abs=0.5)
    assert seconds(louder.pcm) == pytest.approx(1 + WORDS.pauses["。"] / 0.76, abs=0.05)
    assert not voice.asked
    assert talk.ready(OPENING, Manner(rate=0.76, gain_db=4.0)) == (louder,)


async def test_the_recording_of_the_prompt_comes_before_one_of_the_same_words(tmp_path: Path) -> None:
    words = "您好，"
    recordings = load(record(tmp_path, {"disclose_institution.1.1": words, "silence_1.1.2": words}))
    found = recordings.find(words, "silence_1")
    assert found is not None
    assert found.name == "silence_1.1.2"
    assert recordings.find(words, "another") is not None
    assert recordings.find("再见。") is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("disclose_institution", "您好，这里是融安银行。", "does not say this any more"),
        ("disclose_institution", "这里是", "does not say this any more"),
        ("no_such_prompt", "您好", "begins with no prompt"),
        ("disclose_institution.2", OPENING, "has 1 variants"),
        ("disclose_institution.0", OPENING, "begins with no prompt"),
        ("close_callback_timed", "好的，那我再联系您，您先忙，再见。", "record the clauses without"),
    ],
)
async def test_a_stale_or_misnamed_recording_is_told_and_the_synthesizer_speaks(
    tmp_path: Path, name: str, text: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = record(tmp_path, {name: text})
    (fault,) = load(folder).faults
    assert fault.name == name
    assert told in fault.message
    talk, voice = speaking(folder)
    await talk.clauses(text)
    assert voice.asked
    assert f"recording {name} is not used" in caplog.text


def test_a_changed_prompt_makes_its_recording_stale(tmp_path: Path) -> None:
    folder = record(tmp_path, {"disclose_institution": OPENING})
    other = CONSTANTS | {"institution": "另一家公司"}
    assert len(Recordings.load(folder, BOOK, WORDS, CONSTANTS)) == 1
    assert len(Recordings.load(folder, BOOK, WORDS, other)) == 0


def fault_of(folder: Path) -> str:
    recordings = load(folder)
    assert len(recordings) == 0
    (fault,) = recordings.faults
    return fault.message


def test_what_cannot_be_used_is_told_with_its_reason(tmp_path: Path) -> None:
    folder = record(tmp_path, {"disclose_institution": OPENING})
    file = folder / "disclose_institution.wav"
    soundfile.write(file, np.zeros(8000), 8000)
    assert fault_of(folder) == "nothing is heard in it"
    soundfile.write(file, np.zeros(0), 8000)
    assert fault_of(folder) == "nothing is heard in it"
    soundfile.write(file, np.ones(121 * 1000) * 0.1, 1000)
    assert "longer than 120 s" in fault_of(folder)
    file.write_bytes(b"RIFF, but no sound")
    assert "cannot be read" in fault_of(folder)
    file.unlink()
    file.mkdir()
    assert "cannot be read" in fault_of(folder)
    file.rmdir()
    assert "no such file" in fault_of(folder)
    soundfile.write(file, np.ones(8000) * 0.1, 8000)
    (folder / "recordings.yml").write_text("recordings: {}")
    assert "does not tell what it says" in fault_of(folder)


def test_a_folder_without_its_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"recordings\.yml"):
        load(tmp_path)
    with pytest.raises(DataFileError, match=r"recordings\.yml"):
        open_speaker(ZH, BOOK, CONSTANTS, FakeSynthesizer(), recordings_dir=tmp_path / "missing")
