"""``xiaorong nlu`` as an author and an operator meet it; Rasa itself is in tests/integration/nlu."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.dialogue.brief import Brief, Debt, Party
from bot.errors import DataFileError, InterpreterError
from bot.language import language_dir
from bot.transcript import Entry
from campaigns.cli.main import app
from campaigns.dialing.record import CallRecord
from campaigns.dialing.rows import inbound_row, turn_rows
from campaigns.errors import ConflictError, NotFoundError, SettingsError
from campaigns.settings import create_home, load_settings, rasa_token_of
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from tests.integration.store.rows import AT

Run = Callable[..., Result]
DEBT = Debt("信用卡", 10000, 5000, "CNY", date(2026, 2, 1), 9)
BRIEF = Brief("融安", "4001234567", Party("欧阳晓明", "先生", "5678"), DEBT)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_cache: Path) -> Path:
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(model_cache))
    monkeypatch.setenv("COLUMNS", "200")
    create_home(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    return lambda *words: CliRunner().invoke(app, ["--home", str(home), "nlu", *map(str, words)])


def test_an_utterance_is_shown_with_what_is_named(run: Run) -> None:
    shown = run("parse", "我后天还五百块", "--expect", "promise_pay")
    assert shown.exit_code == 0
    assert "promise_pay" in shown.stdout
    assert "amount 50000 (五百块)" in shown.stdout
    data = json.loads(run("parse", "我后天还五百块", "别再打电话了", "--json").stdout.splitlines()[1])
    assert data["stop_words"] == ["stop_calling"]


def test_a_rasa_that_is_not_there_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAORONG_RASA_URL", "http://127.0.0.1:9")
    shown = run("parse", "最近手头实在紧张", "--engine", "rasa")
    assert shown.exit_code == 1
    assert "understood by the embedded model, which stands in" in shown.stdout


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("http://rasa.example:5005", "https alone"),
        ("127.0.0.1:5005", "no address"),
    ],
)
def test_a_wrong_address_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, setting: str, says: str
) -> None:
    monkeypatch.setenv("XIAORONG_RASA_URL", setting)
    with pytest.raises(SettingsError, match=says):
        load_settings(home)


def test_the_token_is_made_once_and_for_nobody_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(home).rasa_secret == ""
    token = rasa_token_of(home)
    assert rasa_token_of(home) == token == load_settings(home).rasa_secret
    assert (home / "rasa.token").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("XIAORONG_RASA_TOKEN", "theirs")
    assert load_settings(home).rasa_secret == "theirs"
    assert "theirs" not in repr(load_settings(home))


def test_training_our_own_is_told(run: Run) -> None:
    assert "knows 60 intents" in run("train").stdout


def test_without_python_310_it_says_how_to_get_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("XIAORONG_RASA_PYTHON", "/nowhere/python3.10")
    for words in (("train", "--engine", "rasa"), ("serve",)):
        done = run(*words)
        assert isinstance(done.exception, InterpreterError)
        assert "rasa_python: /nowhere/python3.10 is no Python 3.10" in str(done.exception)


SMALL = "\n".join(
    f"- intent: {intent}\n  examples: |\n" + "\n".join(f"    - {text}" for text in texts.split())
    for intent, texts in {
        "hardship": "没钱了 失业了 手头很紧 生意赔了 家里困难 没有收入 真拿不出",
        "driving": "在开车 开着车呢 在高速上 开车不方便 正开车 路上开车 我开车",
        "refuse_pay": "不还 就不还 我不会还的 别想我还 打死不还 凭什么还 一分不还",
    }.items()
)


def test_any_rasa_file_is_measured(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "theirs.yml"
    file.write_text(f'version: "3.1"\nnlu:\n{SMALL}\n', encoding="utf-8")
    html, figures = tmp_path / "page.html", tmp_path / "figures.json"
    done = run("evaluate", file, "--folds", "3", "--noise", "20", "--html", html, "--json", figures)
    assert done.exit_code == 0, done.output
    assert "theirs.yml: 21 examples of 3 intents; 3 folds, seed 0" in done.stdout
    assert "refuse_pay" in done.stdout
    assert "no dialogue knows" not in done.stdout
    strange = file.with_name("strange.yml")
    strange.write_text(file.read_text(encoding="utf-8").replace("refuse_pay", "refuse_pey"), encoding="utf-8")
    told = run("evaluate", strange, "--folds", "3", "--noise", "20").stdout
    assert "no dialogue knows these intents, which are measured all the same: refuse_pey" in told
    data = json.loads(figures.read_text(encoding="utf-8"))
    assert data["engines"][0]["scores"]["clean"]["model"]["asked"] == 21
    assert data["engines"][0]["out_of_scope_auroc"] is None
    assert "theirs.yml" in html.read_text(encoding="utf-8")
    hidden = run("evaluate", file, "--folds", "3", "--noise", "20", "--hide", "3", "--json", figures)
    assert hidden.exit_code == 0, hidden.output
    assert json.loads(figures.read_text(encoding="utf-8"))["engines"][0]["out_of_scope_auroc"] is not None


def test_a_measurement_that_cannot_be_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAORONG_RASA_URL", "http://127.0.0.1:9")
    for words, error in (
        (("evaluate", "--noise", "loud"), ConflictError),
        (("evaluate", "--noise", "50"), ConflictError),
        (("compare", "--engines", "embedded,gpt"), NotFoundError),
        (("evaluate", "/nowhere.yml"), DataFileError),
        (("evaluate", "--engine", "rasa"), InterpreterError),
        (("review", "--apply"), ConflictError),
        (("review", "--take", "/nowhere.csv"), DataFileError),
    ):
        assert isinstance(run(*words).exception, error), words


@pytest.fixture
def a_call(home: Path) -> None:
    """A call on record in which the bot was not sure of all it heard."""
    database = Database(load_settings(home).store_url)
    upgrade(database)
    entries = (
        Entry(AT, "bot", "请问是欧阳晓明吗", "identity_name", "identity"),
        Entry(AT, "customer", "欧阳先生我哥啊电话13812345678", intent="out_of_scope", confidence=0.4),
        Entry(AT, "customer", "=1+1那个再说吧", intent="will_pay_unspecified", confidence=0.5),
        Entry(AT, "customer", "是我", intent="confirm_identity", confidence=0.99),
    )
    record = CallRecord(
        "simulated", "c1", "inbound", "1", AT, AT, AT, "normal", "no_promise", entries=entries, brief=BRIEF
    )
    with database.transaction() as session:
        call = inbound_row(record, None, None)
        session.add(call)
        session.flush()
        for turn in turn_rows(record):
            turn.call_id = call.id
            session.add(turn)
    database.close()


@pytest.mark.usefixtures("a_call")
@pytest.mark.parametrize("kind", ["csv", "yml"])
def test_what_was_not_understood_becomes_an_example_by_hand(run: Run, tmp_path: Path, kind: str) -> None:
    listed = run("review").stdout
    assert "再说吧" in listed
    assert "2 different utterances" in listed
    out = tmp_path / f"review.{kind}"
    assert run("review", "--out", out).exit_code == 0
    text = out.read_text(encoding="utf-8-sig")
    assert "13812345678" not in text
    assert "欧阳" not in text
    assert "是我" not in text
    assert "identity_name" in text
    mine = tmp_path / "nlu.yml"
    mine.write_bytes((language_dir("zh") / "nlu.yml").read_bytes())
    before = mine.read_text(encoding="utf-8")
    if kind == "csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert "'=1+1那个再说吧" in [row["text"] for row in rows]  # no formula to a spreadsheet
        with out.open("w", encoding="gb18030", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(row | {"label": "promise_pay" if "再说" in row["text"] else ""} for row in rows)
    else:
        lines = text.splitlines()
        at = next(n for n, line in enumerate(lines) if "再说" in line)
        lines[at + 1] = "  label: promise_pay"
        out.write_text("\n".join(lines), encoding="utf-8")
    shown = run("review", "--take", out, "--into", mine)
    assert "1 new examples" in shown.stdout
    assert mine.read_text(encoding="utf-8") == before
    assert run("review", "--take", out, "--into", mine, "--apply").exit_code == 0
    assert "      - =1+1那个再说吧\n" in mine.read_text(encoding="utf-8")
    assert "0 new examples, 1 known already" in run("review", "--take", out, "--into", mine).stdout
