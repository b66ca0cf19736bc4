"""The hash chain of the decision log: what each link covers, and the seal on its head. Pure.

A link is the SHA-256 of its predecessor's and of the record's content, so no record can be altered, taken
out, put in or moved without every later link coming out differently. The head, the last link, is kept apart
from the records and sealed with a key that is not in the database: whoever writes all links anew cannot
seal them, and records cut off at the end are missed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

ZERO = "0" * 64
"""What stands before the first link."""

_PURPOSE = b"xiaorong decision log 1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain begins and ends. Links are 64 hexadecimal digits.

    Records up to ``start_id`` were written before there was a chain; ``start_link`` covers them as a whole.
    ``deletions`` is the last link of the chain of deletions.
    """

    start_id: int
    start_link: str
    last_id: int
    link: str
    deletions: str

    @property
    def untouched(self) -> bool:
        """Nothing was recorded and nothing deleted since the chain began."""
        return self.last_id == self.start_id and self.link == self.start_link and self.deletions == ZERO


def link(previous: str, content: Sequence[Any]) -> str:
    """The link of a record after ``previous``. ``content``: what JSON can hold, and aware times."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    return sha256(f"{previous}\n{text}".encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"a {type(value).__name__} is no part of a record")


@dataclass(frozen=True, slots=True)
class LogSeal:
    """Seals heads with a key derived from the installation's permit key, at least 16 bytes."""

    permit_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.permit_key) < 16:
            raise ValueError("the permit key must have at least 16 bytes")

    def of(self, head: Head) -> str:
        """The seal on ``head``: 64 hexadecimal digits."""
        key = hmac.digest(self.permit_key, _PURPOSE, "sha256")
        parts = (head.start_id, head.start_link, head.last_id, head.link, head.deletions)
        return hmac.digest(key, "|".join(map(str, parts)).encode("ascii"), "sha256").hex()

    def holds(self, head: Head, seal: str | None) -> bool:
        """Whether ``seal`` is that of ``head``. An untouched head may be without one."""
        if seal is None:
            return head.untouched
        return hmac.compare_digest(self.of(head), seal)
