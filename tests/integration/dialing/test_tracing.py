"""Traces of a whole campaign: one tree a turn, through tasks and threads, and nothing personal."""

from __future__ import annotations

import ast
import asyncio
from collections import defaultdict
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import tracing
from campaigns.clock import VirtualClock
from campaigns.dialing.assembly import open_worker
from campaigns.dialing.worker import RunEnd
from campaigns.logs.about import about
from campaigns.metrics.metrics import Metrics
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Customer, PhoneNumber
from campaigns.tracing import new_provider, set_up_traces
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install

ROOT = Path(__file__).parents[3]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), new_provider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    return exporter


def parent_of(span: ReadableSpan, by_id: dict[int, ReadableSpan]) -> str | None:
    return None if span.parent is None else by_id[span.parent.span_id].name


def test_a_turn_is_one_tree_from_the_decision_to_the_record(
    tmp_path: Path, model_cache: Path, spans: InMemorySpanExporter
) -> None:
    settings = install(tmp_path, customers=8, cache=model_cache)
    database, metrics = Database(settings.store_url), Metrics()
    clock = VirtualClock(MONDAY_MORNING)
    with open_worker(settings, database, campaign(database), clock, metrics.hear, metrics=metrics) as worker:
        assert asyncio.run(worker.run()) is RunEnd.FINISHED
    done = spans.get_finished_spans()
    by_id = {span.context.span_id: span for span in done if span.context}
    trees: dict[int, list[ReadableSpan]] = defaultdict(list)
    for span in done:
        assert span.context is not None
        trees[span.context.trace_id].append(span)
    parents = {(span.name, parent_of(span, by_id)) for span in done if span.name != "message"}
    assert {
        ("turn", None), ("decide", "turn"), ("reserve", "turn"), ("dial", "turn"), ("answer", "turn"),
        ("talk", "turn"), ("understand", "talk"), ("policy", "talk"), ("settle", "turn"),
    } <= parents  # fmt: skip
    called = [tree for tree in trees.values() if any(span.name == "dial" for span in tree)]
    with database.reading() as session:
        attempts = {attempt.id for attempt in session.query(Attempt) if attempt.dialed_at is not None}
        personal = {customer.name for customer in session.query(Customer)}
        personal |= {number.e164 for number in session.query(PhoneNumber)}
    database.close()
    told = {
        span.attributes["xiaorong.attempt"]
        for tree in called
        for span in tree
        if span.name in ("turn", "dial", "talk", "settle") and span.attributes
    }
    assert told == attempts
    everything = " ".join(
        f"{span.name} {dict(span.attributes or {})} {span.status.description}" for span in done
    )
    assert not any(one in everything for one in personal if one)
    assert metrics.registry.get_sample_value("xiaorong_dials_total") == len(attempts)


def test_an_error_tells_its_class_and_not_its_message(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="王小明"), about(attempt=3), tracing.span("settle"):
        raise ValueError("王小明 13800138000")
    (span,) = spans.get_finished_spans()
    assert span.status.description == "ValueError"
    assert not span.events
    assert span.attributes == {"xiaorong.attempt": 3}


def test_off_is_off() -> None:
    settings = Settings(home=Path("nowhere"), institution="融安", hotline="4008001234")
    set_up_traces(settings)
    with tracing.span("turn") as current:
        assert not current.is_recording()


def test_the_bot_knows_the_interface_of_tracing_alone() -> None:
    for package in ("bot", "telephony"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
                assert not any(
                    name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")) for name in names
                )
