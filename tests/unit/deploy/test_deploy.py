"""What stands under docs/deploy can be read, and names only commands, settings and files that are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
import yaml

from campaigns.cli.main import app
from campaigns.console.settings import ConsoleSettings
from campaigns.settings import Settings

FOLDER = Path(__file__).parents[3] / "docs" / "deploy"
UNITS = sorted(FOLDER.glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))


def check_command(words: list[str]) -> None:
    """The command of these words is there and takes these options."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while isinstance(command, click.Group) or hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options, words


class Unit(RawConfigParser):
    """Keys of a unit may come again; their case counts."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(path: Path) -> Unit:
    read = Unit(strict=False, interpolation=None, delimiters=("=",))
    read.read(path, encoding="utf-8")
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_is_there_and_not_as_root(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = service["ExecStart"].split()
    assert program == "/opt/xiaorong/bin/xiaorong"
    check_command(words)
    assert service["User"] not in ("", "root")
    assert service["ProtectSystem"] == "strict"


def test_units_wait_longer_for_calls_than_the_console_does() -> None:
    for path in (FOLDER / "xiaorong-console.service", FOLDER / "xiaorong-worker@.service"):
        minutes = int(unit(path)["Service"]["TimeoutStopSec"].removesuffix("min"))
        assert minutes * 60 > ConsoleSettings().leave_s


def test_the_target_wants_units_that_are_there() -> None:
    for name in unit(FOLDER / "xiaorong.target")["Unit"]["Wants"].split():
        assert (FOLDER / re.sub(r"@\w+", "@", name)).is_file(), name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.timer")), ids=lambda path: path.name)
def test_a_timer_starts_a_service_once_that_is_there(path: Path) -> None:
    assert unit(path.with_suffix(".service"))["Service"]["Type"] == "oneshot"
    assert unit(path)["Timer"]["OnCalendar"]


def test_what_is_past_its_time_is_deleted_daily() -> None:
    assert "xiaorong-retention.timer" in unit(FOLDER / "xiaorong.target")["Unit"]["Wants"].split()
    shell, option, script = COMPOSE["services"]["retention"]["command"]
    assert (shell, option) == ("sh", "-c")
    program, *words = script.partition("do ")[2].partition(";")[0].split()
    assert program == "xiaorong"
    check_command(words)
    assert "--apply" in words


@pytest.mark.external
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_unit(path: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd-analyze")
    copy = tmp_path / path.name.replace("@", "@1")
    text = path.read_text(encoding="utf-8")
    copy.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text), encoding="utf-8")
    done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False)  # noqa: S603
    assert copy.name not in done.stderr, done.stderr


def test_services_of_ours_run_commands_that_are_there_with_settings_that_are() -> None:
    for name in ("console", "worker"):
        service = COMPOSE["services"][name]
        program, *words = service["command"]
        assert program == "xiaorong"
        check_command(words)
        assert service["user"].split(":")[0] != "0"
        assert service["read_only"]
        assert service["healthcheck"]["test"]
        known = {f"XIAORONG_{key.upper()}" for key in Settings.model_fields} | {"PGPASSFILE"}
        assert set(service["environment"]) <= known
    console = COMPOSE["services"]["console"]["environment"]["XIAORONG_CONSOLE"]
    ConsoleSettings.model_validate(json.loads(console))


def test_what_compose_names_is_there() -> None:
    build = COMPOSE["services"]["console"]["build"]
    assert (FOLDER / build["context"] / build["dockerfile"]).is_file()
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"])
    for source in re.findall(r"^COPY (?!--from)(\S+) /", (FOLDER / "Dockerfile").read_text(), re.MULTILINE):
        assert (FOLDER / "../.." / source).exists(), source
