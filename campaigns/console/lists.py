"""Audiences by a list of keys, of a file or as a program sends them: read, looked up, kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from campaigns.console.forms.typed import UnfitError
from campaigns.console.visit import Visit
from campaigns.store.audience_lists import KeptList, keep_list
from campaigns.store.console.audit import Deed

MOST_BYTES: Final = 20_000_000
LARGEST: Final = MOST_BYTES + 100_000  # of a request with such a file
MOST_KEYS: Final = 500_000
LONGEST_KEY: Final = 64


def keep(visit: Visit, name: str, keys: Sequence[str]) -> KeptList:
    """Keep the customers of these keys, on record. Raises ConflictError when nobody is known by any."""
    with visit.changing() as session:
        kept = keep_list(session, name, keys, by=visit.who.username, at=visit.now)
        after = {"keys": kept.keys, "found": kept.found}
        visit.record(session, Deed("campaigns.list_kept", "list", str(kept.id), after=after))
    return kept


def keys_in(content: bytes) -> list[str]:
    """The first column of a file, of any script's usual encoding. Raises UnfitError."""
    rows = csv.reader(io.StringIO(_decoded(content)))
    try:
        keys = [row[0].strip() for row in rows if row and row[0].strip()]
    except csv.Error as error:
        raise UnfitError("the file cannot be read: one key a line, as text") from error
    if len(keys) > MOST_KEYS:
        raise UnfitError("the file has more than %(most)s keys", most=MOST_KEYS)
    if not keys or any(len(key) > LONGEST_KEY or not key.isprintable() for key in keys):
        raise UnfitError("the file cannot be read: one key a line, as text")
    return keys


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnfitError("the file cannot be read: one key a line, as text")
