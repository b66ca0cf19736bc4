"""Sending traces of calls to a collector, where the settings name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import trace

from campaigns.errors import SettingsError
from campaigns.logs.about import present
from campaigns.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span, TracerProvider

SERVICE = "xiaorong"


def set_up_traces(settings: Settings) -> None:
    """Trace from now on, when ``traces_url`` is set; once a process. Raises SettingsError without the SDK."""
    if settings.traces_url is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"traces_url needs the package {error.name!r}: install '.[telemetry]', or leave it out"
        ) from error
    provider = new_provider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.traces_url)))
    trace.set_tracer_provider(provider)


def new_provider() -> TracerProvider:
    """A provider whose every span names the attempt or call that the work is about."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

    class About(SpanProcessor):
        def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
            for key, value in present().items():
                span.set_attribute(f"xiaorong.{key}", value)

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(About())
    return provider
