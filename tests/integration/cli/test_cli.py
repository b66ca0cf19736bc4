"""The command line as an operator meets it: help, one-line errors, and the whole job by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from campaigns.cli.main import app, main

ROOT = Path(__file__).parents[3]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, model_cache: Path) -> Run:
    """Runs ``xiaorong`` in an empty directory with a data directory of its own."""

    def command(*words: str, ok: bool = True, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "campaigns.cli.main", *words],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **variables(model_cache)},
            capture_output=True,
            text=True,
            input=stdin,
            timeout=240,
            check=False,
        )
        return checked(done, ok=ok)

    return command


@pytest.fixture
def call(
    tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """The same in this process, where a process of its own would tell no more."""
    monkeypatch.chdir(tmp_path)
    for name, value in variables(model_cache).items():
        monkeypatch.setenv(name, value)

    def command(*words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["xiaorong", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        done = subprocess.CompletedProcess(words, code if isinstance(code, int) else 1, *capsys.readouterr())
        return checked(done, ok=ok)

    umask = os.umask(0o077)
    yield command
    os.umask(umask)


def variables(model_cache: Path) -> dict[str, str]:
    return {"XIAORONG_CACHE_DIR": str(model_cache), "COLUMNS": "120", "PYTHONUTF8": "1"}


def checked(done: subprocess.CompletedProcess[str], *, ok: bool) -> subprocess.CompletedProcess[str]:
    """It ended as wanted, and an error is told in one line."""
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    if not ok:
        assert len(done.stderr.strip().splitlines()) == 1 or "Usage" in done.stderr, done.stderr
    return done


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command of the program, as the words that call it."""
    if not hasattr(group, "commands"):
        return [path]
    return [words for name, sub in group.commands.items() for words in commands(sub, (*path, name))]


@pytest.mark.parametrize("words", commands(typer.main.get_command(app)), ids=" ".join)
def test_every_command_has_help_with_an_example_and_is_in_the_readme(words: tuple[str, ...]) -> None:
    command: Any = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]
    assert command.help
    assert f"xiaorong {' '.join(words)}" in (command.epilog or "")
    assert f"xiaorong {' '.join(words)}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_start_up_loads_nothing_heavy() -> None:
    heavy = "sqlalchemy pandas polars ibis duckdb sklearn numpy dbos jinja2 phonenumbers pydantic pypinyin"
    code = (
        f"import sys, campaigns.cli.main; print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_the_main_job_by_hand(run: Run, call: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from campaigns.customers.sample import write_sample

    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()  # the commands go by the real day
    write_sample(tmp_path / "portfolio.csv", today, customers=15, seed=3)
    assert "Created" in run("init").stdout
    assert "Checked" in call("init").stdout
    assert "new customers" in run("customers", "import", "portfolio.csv").stdout
    assert "0 new customers" in call("customers", "import", "portfolio.csv").stdout
    assert "Grade" in run("grade").stdout
    assert "members" in run("campaign", "create", "march", "--concurrency", "5").stdout
    assert "draft" in call("campaign", "list").stdout
    assert "paused" in call("campaign", "pause", "march").stdout
    held = call("campaign", "run", "march", ok=False)
    assert "paused by an operator" in held.stderr
    assert held.stdout == ""  # no bar of what is not begun
    finished = run("campaign", "resume", "march").stdout
    assert "is finished" in finished
    assert "承诺还款" in finished
    assert not [line for line in finished.splitlines() if "dialled" in line and "漏斗" in line]
    over = call("campaign", "run", "march", ok=False)
    assert (over.stdout, "is finished" in over.stderr) == ("", True)
    assert "finished" in call("campaign", "show", "march").stdout
    long = "everybody-who-is-late-in-the-first-week"
    call("campaign", "create", long)
    monkeypatch.setenv("COLUMNS", "80")
    listed = call("campaign", "list").stdout.splitlines()
    assert long in "".join(
        line.split("│")[1].strip() for line in listed if line.startswith("│")
    )  # it is typed
    monkeypatch.setenv("COLUMNS", "120")
    report = call("campaign", "report", "march", "--csv", "out", "--html", "march.html").stdout
    assert "漏斗" in report
    assert (tmp_path / "march.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "out" / "members.csv").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("customers", "import", "none.csv"), "run 'xiaorong init' first"),
        (("campaign", "list"), "run 'xiaorong init' first"),
    ],
)
def test_without_a_data_directory_it_says_what_to_do(run: Run, words: tuple[str, ...], says: str) -> None:
    assert says in run(*words, ok=False).stderr


def test_bad_input_is_one_line_that_says_what_to_do(call: Run, tmp_path: Path) -> None:
    call("init")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "wrong.csv").write_bytes(b"\xff\xfe\xff\xfe" * 50)
    (tmp_path / "rules.yaml").write_text("version: 1\nstrng: []\n", encoding="utf-8")
    assert "none.csv" in call("customers", "import", "none.csv", ok=False).stderr
    assert "empty.csv" in call("customers", "import", "empty.csv", ok=False).stderr
    assert "wrong.csv" in call("customers", "import", "wrong.csv", ok=False).stderr
    typo = call("grade", "--rules", "rules.yaml", ok=False).stderr
    assert "rules.yaml:2" in typo
    assert "strng" in typo
    assert "no customer fits" in call("campaign", "create", "march", ok=False).stderr
    lost = call("campaign", "create", "march", "--windows", "lost.yaml", ok=False).stderr
    assert "lost.yaml: cannot be read: No such file or directory" in lost
    assert "Errno" not in lost
    (tmp_path / "windows.yaml").write_text('hours: {mon: [["12:00", "09:00"]]}', encoding="utf-8")
    upside_down = call("campaign", "create", "march", "--windows", "windows.yaml", ok=False).stderr
    assert "hours.mon.0: the window must start before it ends, not 12:00-09:00" in upside_down
    assert "march" in call("campaign", "run", "march", ok=False).stderr
    assert "there is no flow" in call("campaign", "create", "x", "--flow", "nope", ok=False).stderr
    assert "grade 'E'" in call("campaign", "create", "x", "--grades", "E", ok=False).stderr


def test_a_wrong_setting_names_file_and_key(call: Run, tmp_path: Path) -> None:
    call("init")
    settings = tmp_path / ".xiaorong" / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('time_zone = "Asia/Shanghai"', 'time_zone = "Mars/Olympus"'), encoding="utf-8"
    )
    error = call("campaign", "list", ok=False).stderr
    assert "settings.toml" in error
    assert "time_zone" in error
    settings.write_text(text + "colour = 1\n", encoding="utf-8")
    assert "colour" in call("campaign", "list", ok=False).stderr


def test_a_database_that_is_gone_or_locked_is_told(call: Run, tmp_path: Path) -> None:
    call("init")
    database = tmp_path / ".xiaorong" / "xiaorong.db"
    database.rename(tmp_path / "away.db")
    assert "is gone" in call("campaign", "list", ok=False).stderr
    database.write_bytes(b"this is no database" * 100)
    assert "xiaorong.db" in call("campaign", "list", ok=False).stderr


def test_chat_answers_goes_back_and_saves(run: Run, tmp_path: Path) -> None:
    said = "是我\n/back\n是我\n1234\n/state\n/save talk.yml\n我明天还\n/quit\n"
    shown = run("chat", stdin=said).stdout
    assert "人工智能" in shown
    assert "confirm_identity" in shown or "affirm" in shown
    assert "identity confirmed" in shown
    assert (tmp_path / "talk.yml").exists()


def test_every_setting_is_in_the_template() -> None:
    from campaigns.settings import TEMPLATE, Settings

    undocumented = [name for name in Settings.model_fields if name != "home" and f"{name} =" not in TEMPLATE]
    assert undocumented == []


def test_a_word_that_is_no_command_shows_the_usage(run: Run) -> None:
    assert "Usage" in run("campain", ok=False).stderr
    assert "Usage" in run("campaign", "create", ok=False).stderr
