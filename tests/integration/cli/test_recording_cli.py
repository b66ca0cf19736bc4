"""The recording commands as an operator meets them."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner, Result

from bot.errors import RecordingError, RecordingKeyError
from bot.recording.recorder import Recorded
from campaigns.cli.main import app
from campaigns.errors import ConflictError, SettingsError
from campaigns.recordings import open_recordings
from campaigns.settings import create_home, load_settings
from tests.unit.recording.build import ENTRIES, NAME, record

Xiaorong = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XIAORONG_RECORDING_KEY", "XIAORONG_CALL_RECORDINGS", "XIAORONG_RECORDING_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    create_home(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def xiaorong(home: Path) -> Xiaorong:
    def run(*words: str) -> Result:
        return CliRunner().invoke(
            app, ["--home", str(home), "recording", *words], env={"COLUMNS": "120"}, catch_exceptions=True
        )

    return run


def keep(home: Path, call: str = "17", seconds: float = 5) -> Recorded:
    with open_recordings(load_settings(home)) as recordings:
        return asyncio.run(record(recordings, seconds, call))


def test_a_call_is_listed_shown_exported_and_checked(home: Path, xiaorong: Xiaorong, tmp_path: Path) -> None:
    assert "No recordings" in xiaorong("list").output
    keep(home)
    assert "whole, not sealed" in xiaorong("list").output

    made = xiaorong("new-key")
    assert made.exit_code == 0
    assert "Keep a copy" in made.output
    assert stat.S_IMODE((home / "recording.key").stat().st_mode) == 0o600
    keep(home, "18", 65)
    listed = xiaorong("list", "--day", "2026-11-23").output
    assert "1:05.0" in listed
    assert "2026-11-23 10:00:00" in listed
    assert listed.count("not sealed") == 1
    assert "No recordings" in xiaorong("list", "--day", "2026-11-24").output

    shown = xiaorong("show", "18").output
    lines = shown.splitlines()
    assert "Call 18, answered 2026-11-23 10:00:00 CST, 1:05.0, whole" in lines[0]
    heard = next(line for line in lines if ENTRIES[1].text in line)
    assert heard.startswith("0:00.5")
    assert "heard: 您好，这里" in heard
    assert any("endpoint" in line and "silence_ms=600" in line for line in lines)

    out = tmp_path / "review"
    exported = xiaorong(
        "export", "18", "--to", str(out), "--format", "flac", "--transcript", "json", "--transcript", "srt"
    )
    assert exported.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["18.flac", "18.json", "18.srt"]
    heard_sound, _ = soundfile.read(out / "18.flac")
    assert heard_sound.shape == (65 * 8000, 2)
    assert json.loads((out / "18.json").read_text(encoding="utf-8"))["call"] == "18"
    assert xiaorong("export", NAME, "--to", str(out)).exit_code == 0
    assert (out / "17.wav").exists()

    checked = xiaorong("check")
    assert checked.exit_code == 0
    assert "2 recordings checked, 0 not in order" in checked.output
    assert "1 of them are not sealed" in checked.output


def test_what_is_wrong_is_told_and_is_the_exit_code(home: Path, xiaorong: Xiaorong, tmp_path: Path) -> None:
    xiaorong("new-key")
    tampered, cut, whole = keep(home, "1"), keep(home, "2"), keep(home, "3")
    assert tampered.path is not None
    assert cut.path is not None
    data = bytearray(tampered.path.read_bytes())
    data[len(data) // 2] ^= 1
    tampered.path.write_bytes(data)
    cut.path.write_bytes(cut.path.read_bytes()[:30_000])

    checked = xiaorong("check")
    assert checked.exit_code == 1
    told = {line.split(":")[0] for line in checked.output.splitlines()}
    assert f"damaged   {tampered.name}" in told
    assert f"cut off   {cut.name}" in told
    assert str(whole.name) not in checked.output
    assert "3 recordings checked, 2 not in order" in checked.output
    assert "cut off" in xiaorong("list").output
    assert "no transcript" in xiaorong("show", "2").output
    assert "is cut off: it has" in xiaorong("export", "2", "--to", str(tmp_path / "part")).output

    damaged = xiaorong("export", "1", "--to", str(tmp_path / "out"))
    assert isinstance(damaged.exception, RecordingError)
    assert "damaged after" in str(damaged.exception)
    assert list((tmp_path / "out").glob("*")) == []

    (home / "recording.key").rename(home / "lost.key")
    assert xiaorong("check").exit_code == 1
    assert "no key" in xiaorong("list").output
    assert isinstance(xiaorong("show", "3").exception, RecordingKeyError)
    assert isinstance(xiaorong("show", "9").exception, RecordingError)


def test_keys_and_folder_are_where_the_settings_say(
    home: Path, xiaorong: Xiaorong, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAORONG_CALL_RECORDINGS", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("XIAORONG_RECORDING_KEY_FILE", str(tmp_path / "keys"))
    # A file that is named and gone was lost: nothing is recorded in the clear for that.
    assert isinstance(xiaorong("list").exception, RecordingKeyError)
    assert xiaorong("new-key").exit_code == 0
    recorded = keep(home)
    assert recorded.path == tmp_path / "elsewhere" / NAME
    assert not (home / "recording.key").exists()

    text = (tmp_path / "keys").read_text()
    (tmp_path / "keys").unlink()
    monkeypatch.setenv("XIAORONG_RECORDING_KEY", text.split()[0])
    assert xiaorong("check").exit_code == 0
    assert isinstance(xiaorong("new-key").exception, ConflictError)
    monkeypatch.setenv("XIAORONG_RECORDING_KEY", "short")
    failed = xiaorong("check").exception
    assert isinstance(failed, RecordingKeyError)
    assert "short" not in str(failed)


def test_a_key_among_the_settings_is_refused(home: Path) -> None:
    with (home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write(f'recording_key = "{"00" * 32}"\n')
    with pytest.raises(SettingsError, match=r"recording\.key") as raised:
        load_settings(home)
    assert "00" * 32 not in str(raised.value)
