from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest

from campaigns.logs.about import about, present
from campaigns.logs.formats import JsonFormat, TextFormat
from campaigns.logs.setup import ToStandardError, set_up_logs
from campaigns.settings import Settings
from campaigns.store.database import Database, Session
from campaigns.store.threads import StoreThreads


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    given = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("campaigns.x", logging.WARNING, __file__, 1, message, args, given)


def raised() -> ValueError:
    try:
        raise ValueError("王小明 13800138000")
    except ValueError as error:
        return error


def test_json_is_one_line_with_the_ids_of_the_work_and_nothing_personal() -> None:
    with about(attempt=17, call="CA1"):
        line = JsonFormat().format(record("called %s\nand %s", "+8613800138000", "again", error=raised()))
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["attempt"], told["call"], told["error"]) == (
        "warning",
        17,
        "CA1",
        "ValueError",
    )
    assert told["message"] == "called ***00\nand again"
    assert told["where"][-1] == "ValueError"
    assert told["where"][0].endswith("raised")
    assert "13800138000" not in line  # not "138": a process may bear such a number
    assert "王" not in line


def test_text_tells_the_same() -> None:
    with about(attempt=17):
        text = TextFormat().format(record("no beat", error=raised()))
    assert "WARNING campaigns.x [attempt=17]: no beat\n  " in text
    assert "13800138000" not in text
    assert "王" not in text


def test_a_message_that_does_not_fit_its_arguments_is_told_all_the_same() -> None:
    assert json.loads(JsonFormat().format(record("%d calls", "many")))["message"] == "%d calls"


async def test_ids_follow_the_work_and_do_not_meet(sqlite_database: Database) -> None:
    seen: dict[int, object] = {}
    store = StoreThreads(sqlite_database)

    def in_store(_session: Session) -> object:
        return present().get("attempt")

    async def work(number: int) -> None:
        with about(attempt=number):
            await asyncio.sleep(0)
            seen[number] = await store.run(in_store)
        assert "attempt" not in present()

    await asyncio.gather(*(work(number) for number in range(5)))
    store.close()
    assert seen == {number: number for number in range(5)}


@pytest.mark.parametrize(("service", "lines"), [(True, 2), (False, 1)])
def test_a_service_tells_more_than_a_command(
    capsys: pytest.CaptureFixture[str], service: bool, lines: int
) -> None:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    settings = Settings(home=Path("nowhere"), institution="融安", hotline="4008001234", log_format="json")
    try:
        set_up_logs(settings)
        set_up_logs(settings, service=service)  # again: once, not twice
        logging.getLogger("campaigns.y").info("for 13800138000")
        logging.getLogger("campaigns.y").warning("against")
        logging.getLogger("httpx").info("HTTP Request: GET https://example.com/13800138000")
    finally:
        root.setLevel(level)
        for handler in root.handlers[:]:
            if isinstance(handler, ToStandardError) and handler not in handlers:
                root.removeHandler(handler)
    told = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["logger"] for line in told] == ["campaigns.y"] * lines
