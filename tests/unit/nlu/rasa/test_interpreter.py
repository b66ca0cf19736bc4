from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.nlu.embedded import EmbeddedInterpreter, LanguageParts
from bot.nlu.interpreter import OUT_OF_SCOPE, AsksAhead, Interpreter
from bot.nlu.rasa.client import Failure, RasaClient
from bot.nlu.rasa.interpreter import RasaInterpreter, RasaServer
from tests.unit.nlu.conftest import MONDAY, SHANGHAI
from tests.unit.nlu.rasa.servers import Server, Stuck, meaning, too_slow, unreachable
from tests.virtual_loop import run

UNSURE = "你们这活动划不划算啊"  # no rule is sure of it


@pytest.fixture(scope="session")
def parts(zh: Path, model_cache: Path) -> LanguageParts:
    return LanguageParts.load(zh, model_cache, SHANGHAI)


def waiting(parts: LanguageParts, server: Server) -> RasaInterpreter:
    return RasaInterpreter(parts, server.client(), live=False)


def live(parts: LanguageParts, transport: httpx.BaseTransport) -> RasaInterpreter:
    return RasaInterpreter(
        parts, RasaClient("http://127.0.0.1:5005", timeout_s=0.3, transport=transport), live=True
    )


def test_it_is_an_interpreter_that_asks_ahead(parts: LanguageParts) -> None:
    rasa: Interpreter = waiting(parts, Server(meaning(("affirm", 1.0))))
    assert isinstance(rasa, AsksAhead)
    assert not isinstance(
        EmbeddedInterpreter(parts.model, parts.entities, parts.rules, parts.stop_words), AsksAhead
    )


def test_the_intent_is_rasas(parts: LanguageParts) -> None:
    server = Server(meaning(("ask_relief_terms", 0.8), ("interested", 0.2)))
    heard = waiting(parts, server).parse(UNSURE, now=MONDAY)
    assert (heard.intent, heard.stand_in) == ("ask_relief_terms", None)
    assert heard.confidence == pytest.approx(0.8)


def test_the_state_weighs_rasas_intents_too(parts: LanguageParts) -> None:
    server = Server(meaning(("ask_relief_terms", 0.6), ("interested", 0.4)))
    rasa = waiting(parts, server)
    assert rasa.parse(UNSURE, now=MONDAY).intent == "ask_relief_terms"
    assert rasa.parse(UNSURE, now=MONDAY, expected={"interested"}).intent == "interested"


@pytest.mark.parametrize(
    "text",
    [
        "是的",
        "后天还五百块",
        "不是我打错了",
        "我要投诉你们",
        "别再打电话来了",
        "不想活了",
        "身份证尾号一二三四",
    ],
)
def test_rules_days_sums_and_stop_words_are_ours(
    parts: LanguageParts, interpreter: EmbeddedInterpreter, text: str
) -> None:
    server = Server(meaning(("thanks_bye", 1.0)))
    rasa = waiting(parts, server).parse(text, now=MONDAY)
    own = interpreter.parse(text, now=MONDAY)
    assert rasa.entities == own.entities
    assert set(own.stop_words) >= set(rasa.stop_words)
    by_words = parts.stop_words.find(own.text, {})
    assert set(rasa.stop_words) >= set(by_words)


def test_what_is_unlikely_is_out_of_scope(parts: LanguageParts) -> None:
    server = Server(meaning(("affirm", 0.3), ("deny", 0.3), ("hardship", 0.3)))
    assert waiting(parts, server).parse(UNSURE, now=MONDAY).intent == OUT_OF_SCOPE


def test_a_veto_holds_against_rasa(parts: LanguageParts) -> None:
    server = Server(meaning(("confirm_identity", 0.99), ("third_party", 0.01)))
    assert waiting(parts, server).parse("我是他老婆你说吧", now=MONDAY).intent != "confirm_identity"


def test_each_clause_is_asked_about(parts: LanguageParts) -> None:
    server = Server(meaning(("affirm", 1.0)))
    waiting(parts, server).parse("我在外面办事，你们活动划算吗", now=MONDAY)
    assert server.texts == ["我在外面办事 你们活动划算吗", "我在外面办事", "你们活动划算吗"]


@pytest.mark.parametrize(
    "respond", [unreachable, too_slow, lambda _: httpx.Response(503), lambda _: httpx.Response(200, text="?")]
)
def test_the_embedded_model_stands_in(
    parts: LanguageParts,
    interpreter: EmbeddedInterpreter,
    respond: Callable[[httpx.Request], httpx.Response],
) -> None:
    rasa = waiting(parts, Server(respond))
    for text in (UNSURE, "我最近手头实在紧", "下周三还一千"):
        own = interpreter.parse(text, now=MONDAY, expected={"hardship"})
        heard = rasa.parse(text, now=MONDAY, expected={"hardship"})
        assert replace(heard, stand_in=None) == own
    assert rasa.parse(UNSURE, now=MONDAY).stand_in == "embedded"
    assert rasa.classifier.failures.total() > 0


def test_where_a_rule_is_sure_nobody_stands_in(parts: LanguageParts) -> None:
    assert waiting(parts, Server(unreachable)).parse("是的", now=MONDAY).stand_in is None


def test_a_dead_server_is_left_alone_and_told_once(
    parts: LanguageParts, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(unreachable)
    rasa = waiting(parts, server)
    with caplog.at_level(logging.WARNING):
        for n in range(20):
            rasa.parse(f"{UNSURE}{n}", now=MONDAY)
        assert len(server.requests) == 3
        assert [record.getMessage() for record in caplog.records if "stands in" in record.getMessage()] == [
            "Rasa: unreachable: http://127.0.0.1:5005: ConnectError; the embedded model stands in"
        ]
        assert rasa.classifier.failures == {Failure.UNREACHABLE: 3, Failure.RESTING: 17}
        rasa.close()
    assert "Rasa gave no answer to 20 of 20 texts: 17 resting, 3 unreachable" in caplog.text
    assert UNSURE not in caplog.text


def test_intents_that_ours_does_not_know_are_told_once(
    parts: LanguageParts, caplog: pytest.LogCaptureFixture
) -> None:
    rasa = waiting(parts, Server(meaning(("order_pizza", 0.9), ("affirm", 0.1))))
    with caplog.at_level(logging.WARNING):
        rasa.parse(UNSURE, now=MONDAY)
        rasa.parse(f"{UNSURE}呢", now=MONDAY)
    assert caplog.text.count("order_pizza") == 1


async def test_a_live_one_asks_beforehand_and_never_in_parse(parts: LanguageParts) -> None:
    server = Server(meaning(("ask_relief_terms", 0.9), ("affirm", 0.1)))
    rasa = live(parts, server)
    assert rasa.parse(UNSURE, now=MONDAY).stand_in == "embedded"
    assert server.texts == []
    await rasa.prepare([UNSURE, UNSURE, "我再想想你们说的"])
    assert sorted(server.texts) == sorted({UNSURE, "我再想想你们说的"})
    heard = rasa.parse(UNSURE, now=MONDAY)
    assert (heard.intent, heard.stand_in) == ("ask_relief_terms", None)
    await rasa.prepare([UNSURE])
    assert len(server.texts) == 2  # an answer is kept for the turn
    rasa.close()


def test_a_stuck_server_holds_up_neither_the_caller_nor_the_loop(parts: LanguageParts) -> None:
    stuck = Stuck()
    rasa = live(parts, stuck)

    async def turn() -> tuple[float, int]:
        others = 0

        async def another_call() -> None:
            nonlocal others
            while True:
                await asyncio.sleep(0.02)
                others += 1

        other = asyncio.create_task(another_call())
        began = asyncio.get_running_loop().time()
        await rasa.prepare([UNSURE])
        took = asyncio.get_running_loop().time() - began
        other.cancel()
        return took, others

    try:
        took, others = run(turn())
        assert took == pytest.approx(0.3)
        assert others >= 13  # fifteen frames of another call went by
        assert rasa.parse(UNSURE, now=MONDAY).stand_in == "embedded"
        assert rasa.classifier.failures == {Failure.TIMED_OUT: 1}
        took, _ = run(turn())  # in the same turn it is not asked again
        assert took < 0.3
        assert stuck.asked == 1
    finally:
        stuck.go.set()
        rasa.close()


def test_loading_with_a_dead_server_is_told(
    zh: Path, model_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:

    with caplog.at_level(logging.WARNING):
        rasa = RasaInterpreter.load(
            zh, model_cache, SHANGHAI, RasaServer("http://127.0.0.1:9", timeout_s=0.3), live=True
        )
    rasa.close()
    assert "stands in until it answers" in caplog.text
