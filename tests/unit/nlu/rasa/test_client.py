from __future__ import annotations

import json
import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.nlu.rasa.client import MOST_BYTES, Failure, RasaClient, RasaFailure
from tests.unit.nlu.rasa.servers import TOKEN, Drip, Respond, Server, meaning, too_slow, unreachable


def failure_of(respond: Respond) -> RasaFailure:
    with pytest.raises(RasaFailure) as raised:
        Server(respond).client().ranking("你好")
    return raised.value


def test_the_ranking_comes_best_first() -> None:
    server = Server(meaning(("promise_pay", 0.7), ("hardship", 0.2), ("affirm", 0.1)))
    assert server.client().ranking("明天还") == (("promise_pay", 0.7), ("hardship", 0.2), ("affirm", 0.1))
    assert server.texts == ["明天还"]
    request = server.requests[0]
    assert (request.method, request.url.path) == ("POST", "/model/parse")
    assert request.url.params["token"] == TOKEN


@pytest.mark.parametrize("name", ["nlu_fallback", None, ""])
def test_what_rasa_calls_a_fallback_is_out_of_scope(name: str | None) -> None:
    ranking = Server(meaning((name, 0.8), ("affirm", 0.6), ("deny", 0.6))).client().ranking("哈")
    assert ranking[0][0] == OUT_OF_SCOPE
    assert sum(p for _, p in ranking) == pytest.approx(1)


def test_an_answer_without_a_ranking_has_its_intent() -> None:
    server = Server(lambda _: httpx.Response(200, json={"intent": {"name": "affirm", "confidence": 0.9}}))
    assert server.client().ranking("是") == (("affirm", 0.9),)


def test_no_intent_at_all_is_out_of_scope() -> None:
    server = Server(lambda _: httpx.Response(200, json={"intent": {"name": None, "confidence": 0.0}}))
    assert server.client().ranking("是") == ((OUT_OF_SCOPE, 1.0),)


@pytest.mark.parametrize(
    ("respond", "kind", "says"),
    [
        (unreachable, Failure.UNREACHABLE, "ConnectError"),
        (too_slow, Failure.TIMED_OUT, "within 0.3 s"),
        (lambda _: httpx.Response(401), Failure.REFUSED, "rasa_token"),
        (lambda _: httpx.Response(409), Failure.REFUSED, "no model is loaded"),
        (lambda _: httpx.Response(500), Failure.REFUSED, "500"),
        (lambda _: httpx.Response(200, text="<html>"), Failure.UNREADABLE, "mistakes"),
        (lambda _: httpx.Response(200, content=b" " * (MOST_BYTES + 1)), Failure.UNREADABLE, "bytes"),
    ],
)
def test_each_failure_is_told_apart(respond: Respond, kind: Failure, says: str) -> None:
    failure = failure_of(respond)
    assert failure.kind is kind
    assert says in str(failure)


def test_a_server_that_drips_is_cut_off() -> None:
    now = 0.0

    def wait() -> None:
        nonlocal now
        now += 0.1

    server = Server(lambda _: httpx.Response(200, stream=Drip(b'{"intent": {}}', wait)))
    client = RasaClient("http://127.0.0.1:5005", timeout_s=0.3, transport=server, clock=lambda: now)
    with pytest.raises(RasaFailure) as raised:
        client.ranking("你好")
    assert raised.value.kind is Failure.TIMED_OUT
    assert now < 0.6


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    # A command may have quietened the library that talks most.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="httpx"):
        Server(meaning(("affirm", 1.0))).client(token="s3cret").ranking("是")
    assert caplog.records
    assert "s3cret" not in caplog.text
    assert "s3cret" not in str(failure_of(unreachable))


def test_the_check_names_the_model() -> None:
    def status(model: str | None) -> RasaClient:
        return Server(
            lambda _: httpx.Response(200, json={"model_file": model, "num_active_training_jobs": 0})
        ).client()

    assert status("/srv/models/20261101.tar.gz").check() == "20261101.tar.gz"
    for model in (None, ""):
        with pytest.raises(RasaFailure, match="no model is loaded"):
            status(model).check()
    for answer in (httpx.Response(200, text="ok"), httpx.Response(200, json=[1])):
        with pytest.raises(RasaFailure, match="not Rasa's"):
            Server(lambda _, answer=answer: answer).client().check()  # type: ignore[misc]


KEYS = st.sampled_from(["intent", "name", "confidence", "intent_ranking"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_no_answer_breaks_the_client(content: object) -> None:
    server = Server(lambda _: httpx.Response(200, content=json.dumps(content).encode()))
    try:
        ranking = server.client().ranking("是")
    except RasaFailure:
        return
    assert ranking
    assert 0 <= sum(p for _, p in ranking) <= 1.001
