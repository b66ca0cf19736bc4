"""Texts of personal columns: what is looked up by its whole value, and what is never looked up."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy import String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from campaigns.store.sealed.errors import ColumnError
from campaigns.store.sealed.sealer import Sealer, plain, unplain
from campaigns.store.sealed.using import sealer_of

_BY_VALUE: Final = (operators.eq, operators.ne, operators.in_op, operators.not_in_op)


class SealedString(TypeDecorator[str]):
    """Text of a personal column. ``label``: what its values are bound to.

    ``length`` is that of the column on SQLite, which keeps to none; elsewhere it would be too short.
    """

    impl = Text
    cache_ok = True
    fixed: ClassVar[bool]

    def __init__(self, label: str, length: int | None = None) -> None:
        super().__init__()
        self.label = label
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        short = self.length is not None and dialect.name == "sqlite"
        return String(self.length) if short else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.stored(value, sealer_of(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else self.opened(value, sealer_of(dialect))

    def stored(self, value: str, sealer: Sealer | None) -> str:
        """As it stands in the database."""
        if sealer is None:
            return plain(value)
        return sealer.fixed(self.label, value) if self.fixed else sealer.free(self.label, value)

    def opened(self, stored: str, sealer: Sealer | None) -> str:
        """As it is read. Raises ColumnError."""
        if sealer is None:
            return unplain(self.label, stored)
        return sealer.open(self.label, stored, fixed=self.fixed)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:  # noqa: ARG002
        return self if self.fixed and op in _BY_VALUE else _Unsearchable(self.label)


class SealedWord(SealedString):
    """Looked up by its whole value: columns of one label may be joined. Nothing but ``==``, ``!=`` and IN."""

    fixed = True
    cache_ok = True


class SealedText(SealedString):
    """Never looked up. The empty text stays as it is."""

    fixed = False
    cache_ok = True


class _Unsearchable(TypeDecorator[str]):
    """What a sealed column is compared with by its order, its beginning or a part of it: that finds nothing
    once it is sealed, so it is refused then."""

    impl = Text
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value and sealer_of(dialect) is not None:
            raise ColumnError(f"{self.label} is sealed: it cannot be searched or compared like this")
        return value
