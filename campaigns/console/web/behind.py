"""What takes long to count is counted behind the page: it shows the last figures, with their age."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

SPARED: Final = (
    20  # a value is good for so many times as long as it takes to make: a twentieth of the time goes there
)
AT_ONCE: Final = 2  # values of a lane that are made at one time: the pages need the database too
KEPT: Final = 200  # values that are remembered


class Lane(StrEnum):
    """What takes seconds is not made behind what takes a minute."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """A value and how old it is, in seconds."""

    value: T
    age_s: float


@dataclass(frozen=True, slots=True)
class _Made:
    value: Any
    at: float
    good_for_s: float


class Behind:
    """Values made on threads of their own, and kept until they are made anew. Thread-safe.

    ``patience_s``: how long somebody waits for a value that there is not yet. Small installations are counted
    within it, so nobody notices there that anything is counted behind the page.
    """

    def __init__(self, patience_s: float = 0.15, now: Callable[[], float] = time.monotonic) -> None:
        self._patience_s, self._now = patience_s, now
        self._lock = threading.Lock()
        self._room = {lane: threading.Semaphore(AT_ONCE) for lane in Lane}
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()
        self._making: dict[Hashable, Future[Any]] = {}

    def get(
        self,
        key: Hashable,
        seconds: float,
        make: Callable[[], T],
        *,
        oldest_s: float = math.inf,
        lane: Lane = Lane.LONG,
    ) -> Counted[T] | None:
        """The last value of ``key``, made anew meanwhile when ``seconds`` old; None while there is none.

        One older than ``oldest_s`` is none: what held yesterday is no answer to what holds now. What ``make``
        raises is raised when somebody waited for it, and else logged by its kind.
        """
        with self._lock:
            made = self._made.get(key)
            if made is not None and self._now() - made.at > oldest_s:
                made = None
            if made is not None:
                self._made.move_to_end(key)
            making = self._making.get(key)
            if making is None and (made is None or self._now() - made.at >= max(seconds, made.good_for_s)):
                making = self._begin(key, make, lane, waited_for=made is None)
        if made is None and making is not None:
            try:
                making.result(self._patience_s)
            except NotYet:
                return None
            with self._lock:
                made = self._made.get(key)
        return None if made is None else Counted(made.value, self._now() - made.at)

    def _begin(self, key: Hashable, make: Callable[[], Any], lane: Lane, *, waited_for: bool) -> Future[Any]:
        making: Future[Any] = Future()
        self._making[key] = making
        threading.Thread(
            target=self._work, args=(key, make, lane, making, waited_for), name="counting", daemon=True
        ).start()
        return making

    def _work(
        self, key: Hashable, make: Callable[[], Any], lane: Lane, making: Future[Any], waited_for: bool
    ) -> None:
        failed: Exception | None = None
        with self._room[lane]:
            began = self._now()
            try:
                value = make()
            except Exception as error:  # it belongs to whoever asked
                failed = error
                if not waited_for:
                    log.warning("not counted: %s", type(error).__name__)
        with self._lock:
            del self._making[key]
            if failed is None:
                at = self._now()
                self._made[key] = _Made(value, at, SPARED * (at - began))
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
        if failed is None:
            making.set_result(None)
        else:
            making.set_exception(failed)
