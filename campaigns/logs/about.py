"""Which attempt or call the present work is about: it follows the work through tasks and threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_ABOUT: ContextVar[Mapping[str, int | str]] = ContextVar("about", default={})  # noqa: B039 - never changed


@contextmanager
def about(**ids: int | str) -> Iterator[None]:
    """Within the block, log lines carry these ids, such as ``attempt=17``. Nothing personal is one."""
    token = _ABOUT.set({**_ABOUT.get(), **ids})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def present() -> Mapping[str, int | str]:
    """The ids of the present work."""
    return _ABOUT.get()
