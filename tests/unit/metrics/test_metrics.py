from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from campaigns.compliance.reasons import Reason
from campaigns.dialing.events import CameIn, Decided, Dialled, Ended, EndedIn
from campaigns.metrics.codes import MOST, OTHER, Codes
from campaigns.metrics.metrics import Metrics
from campaigns.metrics.timed import TimedInterpreter, TimedRecognizer, TimedVoice
from tests.unit.metrics.fakes import Hears, Speaks, Understands

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """By name and the values of its labels."""
    text = generate_latest(metrics.registry).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_created", "_bucket"))
    }


def test_a_worker_and_a_reception_are_counted() -> None:
    metrics = Metrics()
    metrics.hear(Decided(1, "refuse", Reason.DO_NOT_CALL))
    metrics.hear(Decided(2, "allow", "allowed"))
    metrics.hear(Dialled(7, AT))
    metrics.hear(Ended(7, "promise", True, True, 120_000, AT))
    metrics.hear(Ended(8, "no_answer", False, False, None, AT))
    metrics.hear_in(CameIn("x", True, AT))
    metrics.hear_in(EndedIn("x", 3, "promise", True, 5_000, AT))
    metrics.watch_live(lambda: 4)
    told = samples(metrics)
    assert told[("xiaorong_decisions_total", "do_not_call", "refuse")] == 1
    assert told[("xiaorong_decisions_total", "allowed", "allow")] == 1
    assert told[("xiaorong_dials_total",)] == 1
    assert told[("xiaorong_connects_total",)] == 1
    assert told[("xiaorong_right_parties_total", "out")] == 1
    assert told[("xiaorong_promises_total", "in")] == 1
    assert told[("xiaorong_attempts_ended_total", "no_answer")] == 1
    assert told[("xiaorong_calls_live",)] == 4


@given(st.lists(st.text(max_size=50) | st.from_regex(r"[a-z_]{1,20}", fullmatch=True), max_size=300))
def test_labels_are_few_and_hold_no_figure_and_no_name(values: list[str]) -> None:
    codes = Codes()
    shown = {codes(value) for value in values}
    assert len(shown) <= MOST + 1
    assert all(re.fullmatch(r"[a-z_]+", value) for value in shown)


def test_a_code_stays_what_it_is_once_there_are_too_many() -> None:
    codes = Codes(most=2)
    assert [codes(value) for value in ("b", "a", "c", "a", "+8613800138000", "欧阳")] == [
        "b", "a", OTHER, "a", OTHER, OTHER,
    ]  # fmt: skip


def test_every_reason_there_is_has_room() -> None:
    codes = Codes()
    assert [codes(reason) for reason in Reason] == list(Reason)


async def test_latencies_of_hearing_understanding_and_speaking_are_taken() -> None:
    metrics = Metrics()
    understands = TimedInterpreter(Understands(), metrics)
    assert understands.parse("好", now=AT).intent == "agree"
    await understands.prepare(["好"])  # what is behind it does not ask ahead
    stream = await TimedRecognizer(Hears(), metrics).open(["王"])
    assert await stream.feed(b"") == "你"
    assert (await stream.finish()).text == "你好"
    await stream.close()
    assert not await TimedVoice(Speaks(), metrics).clauses("您好", Speaks.MANNER)
    with pytest.raises(ZeroDivisionError), metrics.timing("understand"):
        _ = 1 // 0
    told = samples(metrics)
    counts = {key[1]: value for key, value in told.items() if key[0] == "xiaorong_speech_seconds_count"}
    assert counts == {"understand": 2, "recognise": 1, "synthesise": 1}


def test_an_address_is_never_a_label() -> None:
    metrics = Metrics()
    metrics.answered("GET", "/customers/{id}", 200, 0.1)
    metrics.answered("BREW", "none", 404, 0.1)
    told = samples(metrics)
    assert told[("xiaorong_http_request_seconds_count", "GET", "/customers/{id}", "2xx")] == 1
    assert told[("xiaorong_http_request_seconds_count", "other", "none", "4xx")] == 1
