"""Fetching one large file over HTTP: goes on where it stopped, and says what to do when it cannot."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import httpx

from bot.errors import ModelError
from bot.models.catalogue import MOST_BYTES

Progress = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be (None while unknown)."""

PATIENCE: Final = httpx.Timeout(30.0, connect=15.0)
"""A server that says nothing for so many seconds is taken for gone."""

TRIES: Final = 6
"""So many connections in a row may bring nothing; then it is given up."""

TRIES_TO_CONNECT: Final = 2
"""So many times in a row no connection is made at all; then there is no network."""

_OFFLINE_HINT: Final = "see 'xiaorong models fetch --help' for --mirror and --from"


class _CutError(Exception):
    """The connection ended too early: the next one goes on."""


class Download:
    """Brings ``url`` to the file ``part``, whose beginning may be there from an earlier time.

    ``size``: of the whole, when it is known. ``checked``: it will be held against a checksum, so that its
    beginning may come from elsewhere. ``client`` is the caller's to close; ``sleep`` waits between tries.
    """

    def __init__(
        self,
        url: str,
        part: Path,
        *,
        size: int | None,
        checked: bool,
        client: httpx.Client,
        progress: Progress,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.part = part
        self._url, self._size, self._checked = url, size, checked
        self._client, self._progress, self._sleep = client, progress, sleep
        self._mark = part.with_name(part.name + ".json")  # of which file the part is the beginning

    def run(self) -> None:
        """Fetch what is missing. Raises ModelError; what came so far is kept for the next time."""
        fruitless = 0
        while not self._complete():
            before = self._have()
            try:
                self._go_on(before)
                return
            except (_CutError, httpx.TransportError) as error:
                fruitless = 0 if self._have() > before else fruitless + 1
                if fruitless >= (TRIES_TO_CONNECT if isinstance(error, httpx.ConnectError) else TRIES):
                    raise ModelError(self._unreachable(error)) from error
                self._sleep(min(2.0**fruitless, 30.0))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise ModelError(
                    f"the disk of {self.part.parent} is full: free some space and fetch again, which goes on"
                ) from error

    def discard(self) -> None:
        """Throw away what came so far."""
        self.part.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _complete(self) -> bool:
        return self._size is not None and self._have() == self._size

    def _go_on(self, have: int) -> None:
        tag = self._tag()
        if have and (not (tag or self._checked) or have > (self._size or MOST_BYTES)):
            self.discard()
            have = 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        if have and tag:
            headers["If-Range"] = tag  # a file that is another by now is sent whole instead of its end
        with self._client.stream(
            "GET", self._url, headers=headers, follow_redirects=True, timeout=PATIENCE
        ) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                self.discard()
                raise _CutError("the server no longer has the rest of what was begun")
            self._check(answer)
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
            if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                self.discard()
                raise _CutError("the server sent another part than was asked for")
            self._mark.write_text(json.dumps({"url": self._url, "tag": _tag_of(answer)}), encoding="utf-8")
            with self.part.open("ab" if goes_on else "wb") as file:
                self._receive(answer, file, have if goes_on else 0)

    def _receive(self, answer: httpx.Response, file: IO[bytes], have: int) -> None:
        announced = answer.headers.get("Content-Length", "")
        total = have + int(announced) if announced.isdigit() else None
        expected = self._size or total
        for block in answer.iter_raw():
            file.write(block)
            have += len(block)
            self._progress(have, expected)
            if have > (most := self._size or MOST_BYTES):
                self.discard()
                raise ModelError(
                    f"{self._url} has more than the {most:,} bytes it should have: it is not used"
                )
        if total is not None and have < total:
            raise _CutError(f"the connection was cut after {have:,} of {total:,} bytes")
        if self._size is not None and have < self._size:
            self.discard()
            raise ModelError(f"{self._url} has {have:,} bytes and should have {self._size:,}: it is not used")

    def _check(self, answer: httpx.Response) -> None:
        """Raise what is wrong with an answer that brings no file."""
        status = answer.status_code
        if status in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            return
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            raise _CutError(f"the server answers {status} {answer.reason_phrase}")
        if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            raise ModelError(f"there is no {self._url} (any more): {_OFFLINE_HINT}")
        raise ModelError(f"{self._url} is refused with {status} {answer.reason_phrase}: {_OFFLINE_HINT}")

    def _tag(self) -> str | None:
        """What tells the file that was begun from a later one, when it was begun at this address."""
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(mark, dict) or mark.get("url") != self._url:
            return None
        tag = mark.get("tag")
        return tag if isinstance(tag, str) else None

    def _unreachable(self, error: Exception) -> str:
        kept = f"; {self._have():,} bytes are kept, and fetching again goes on" if self._have() else ""
        reason = str(error) or type(error).__name__
        return f"{self._url} cannot be fetched ({reason}): is there a network? {_OFFLINE_HINT}{kept}"


def _tag_of(answer: httpx.Response) -> str | None:
    """A strong validator; a weak one does not promise the same bytes."""
    tag: str = answer.headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        return tag
    modified: str | None = answer.headers.get("Last-Modified")
    return modified
