"""Spans of a call, for whoever traces it. Where no tracer is set up they come to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode

__all__ = ["Span", "span"]

_tracer = trace.get_tracer("xiaorong")


@contextmanager
def span(name: str, **attributes: int | str | bool) -> Iterator[Span]:
    """A part of the work. ``attributes`` are codes and ids, never a name, a number or what was said.

    Of an error that leaves the block the span tells the class: a message may name a customer.
    """
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
