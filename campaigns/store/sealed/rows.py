"""Rows as they stand in the database, past the types: what sealing reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    func,
    select,
    tuple_,
    update,
)

from campaigns.store.models import Base
from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.types import BlindPrefix, Sealable, SealedJson, SealedString


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with personal columns. ``raw`` has their keys and them, of plain types."""

    raw: Table
    sealed: dict[str, Sealable]
    blind: dict[str, BlindPrefix]

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def key(self) -> list[Column[Any]]:
        return list(self.raw.primary_key)

    def count(self) -> Select[Any]:
        return select(func.count()).select_from(self.raw)

    def rows(self, after: Sequence[Any] | None, limit: int) -> Select[Any]:
        """The next rows behind the key ``after``, in the order of keys."""
        query = select(self.raw).order_by(*self.key).limit(limit)
        return query if after is None else query.where(self._behind(after))

    def _behind(self, after: Sequence[Any]) -> ColumnElement[bool]:
        if len(self.key) == 1:
            alone: ColumnElement[bool] = self.key[0] > after[0]
            return alone
        return tuple_(*self.key) > tuple(after)

    def writing(self) -> Update:
        """By the key under ``key_NAME``, all columns under their names."""
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*self.sealed, *self.blind)}
        own = [column == bindparam(f"key_{column.name}") for column in self.key]
        return update(self.raw).where(*own).values(values)

    def brought_over(self, row: Any, before: Sealer | None, after: Sealer | None) -> dict[str, Any]:
        """What ``writing`` wants: the row, read by ``before``, written by ``after``. Raises ColumnError."""
        values: dict[str, Any] = {f"key_{column.name}": row[column.name] for column in self.key}
        opened: dict[str, Any] = {
            name: None if row[name] is None else kind.opened(row[name], before)
            for name, kind in self.sealed.items()
        }
        for name, kind in self.sealed.items():
            values[f"new_{name}"] = None if opened[name] is None else kind.stored(opened[name], after)
        for name, prefix in self.blind.items():
            text = opened[prefix.of]
            values[f"new_{name}"] = None if text is None else prefix.stored(text, after)
        return values


def sealed_tables() -> list[SealedTable]:
    """All tables with personal columns, by name."""
    tables = []
    for table in sorted(Base.metadata.tables.values(), key=lambda each: each.name):
        sealed: dict[str, Sealable] = {
            c.name: c.type for c in table.columns if isinstance(c.type, SealedString | SealedJson)
        }
        if not sealed:
            continue
        blind = {c.name: c.type for c in table.columns if isinstance(c.type, BlindPrefix)}
        columns: list[Column[Any]] = [Column(c.name, c.type, primary_key=True) for c in table.primary_key]
        for name, kind in sealed.items():
            columns.append(Column(name, JSON(none_as_null=True) if isinstance(kind, SealedJson) else Text()))
        columns += [Column(name, BigInteger()) for name in blind]
        tables.append(SealedTable(Table(table.name, MetaData(), *columns), sealed, blind))
    return tables
