"""A settings file that nobody would write is a mistake with its place, not a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.datafile import read_yaml
from bot.errors import DataFileError
from campaigns.errors import SettingsError
from campaigns.settings import SETTINGS_FILE, load_settings


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 20_000, "concurrency = " + "9" * 5_000, 'home = "elsewhere"']
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(text)
    with pytest.raises(SettingsError, match=SETTINGS_FILE):
        load_settings(tmp_path)


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_yaml(Path("a\0b.yml"))
