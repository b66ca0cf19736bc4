"""JSON of personal columns."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from campaigns.store.sealed.errors import ColumnError
from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.using import sealer_of

MEMBER: Final = "$sealed"  # of a JSON object: the rest of it


class _Members(TypeDecorator.Comparator[Any], JSON.Comparator[Any]):
    """Asks a database for members that are never sealed, and for no others: it would find none."""

    def __getitem__(self, index: Any) -> Any:
        kind: Any = self.type
        if isinstance(index, str) and index not in kind.clear:
            raise ColumnError(f"{kind.label}: a database is not asked for {index!r}, which may be sealed")
        return super().__getitem__(index)  # type: ignore[no-untyped-call]


class SealedJson(TypeDecorator[Any]):
    """A JSON object, sealed whole but for the members ``clear``, which are codes that queries ask for."""

    impl = JSON
    cache_ok = True
    comparator_factory = _Members

    def __init__(self, label: str, clear: tuple[str, ...] = (), *, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.label = label
        self.clear = clear
        self.none_as_null = none_as_null

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Any | None:
        return None if value is None else self.stored(value, sealer_of(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        return None if value is None else self.opened(value, sealer_of(dialect))

    def stored(self, value: dict[str, Any], sealer: Sealer | None) -> dict[str, Any]:
        """As it stands in the database. Raises ColumnError for a member of the name of the sealed one."""
        if MEMBER in value:
            raise ColumnError(f"{self.label}: no member may be called {MEMBER!r}")
        if sealer is None:
            return value
        kept = {name: value[name] for name in self.clear if name in value}
        rest = {name: part for name, part in value.items() if name not in kept}
        if rest:
            kept[MEMBER] = sealer.free(
                self.label, json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
            )
        return kept

    def opened(self, stored: dict[str, Any], sealer: Sealer | None) -> dict[str, Any]:
        """As it is read. Raises ColumnError."""
        sealed = stored.get(MEMBER)
        if sealer is None:
            if sealed is not None:
                raise ColumnError(f"a value of {self.label} is sealed, and no key is at hand")
            return stored
        beside = {name: part for name, part in stored.items() if name != MEMBER}
        if not sealer.mixed and not beside.keys() <= set(self.clear):
            raise ColumnError(
                f"a value of {self.label} is not sealed, though the database is: it was put there from "
                "outside"
            )
        if sealed is None:
            return beside
        opened: dict[str, Any] = json.loads(sealer.open(self.label, sealed, fixed=False))
        return opened | beside

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self.impl_instance.coerce_compared_value(op, value)
