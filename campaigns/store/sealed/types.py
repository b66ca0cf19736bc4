"""The types of personal columns. Without a key they are texts and JSON like any other.

The key belongs to the database that a statement runs on: ``use`` hands it to the engine's dialect, which
SQLAlchemy passes to every type.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from campaigns.store.sealed.errors import ColumnError
from campaigns.store.sealed.sealer import Sealer, plain, unplain

MEMBER: Final = "$sealed"  # of a JSON object: the rest of it
_BY_VALUE: Final = (operators.eq, operators.ne, operators.in_op, operators.not_in_op)
_SEALERS: WeakKeyDictionary[Dialect, Sealer] = WeakKeyDictionary()


def use(dialect: Dialect, sealer: Sealer | None) -> None:
    """Seal and open the columns of this engine from now on; None: they are not sealed."""
    if sealer is None:
        _SEALERS.pop(dialect, None)
    else:
        _SEALERS[dialect] = sealer


def sealer_of(dialect: Dialect) -> Sealer | None:
    """What the columns of this engine are sealed with."""
    return _SEALERS.get(dialect)


def is_sealed(session: Session) -> bool:
    """Whether the columns of the session's database are sealed."""
    return session.get_bind().dialect in _SEALERS


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
        return None if value is None else self.stored(value, _SEALERS.get(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else self.opened(value, _SEALERS.get(dialect))

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
        if value and _SEALERS.get(dialect) is not None:
            raise ColumnError(f"{self.label} is sealed: it cannot be searched or compared like this")
        return value


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
        return None if value is None else self.stored(value, _SEALERS.get(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        return None if value is None else self.opened(value, _SEALERS.get(dialect))

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


Sealable: TypeAlias = SealedString | SealedJson
"""The types of personal columns."""


class BlindPrefix(TypeDecorator[Any]):
    """Stands for the first ``size`` characters of the column ``of`` of the same row, to find it by them.

    It is written, and compared, with the text itself. NULL without a key, and for a text that is shorter.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, label: str, of: str, size: int) -> None:
        super().__init__()
        self.label = label
        self.of = of
        self.size = size

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else self.stored(value, _SEALERS.get(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> None:  # noqa: ARG002
        return None

    def stored(self, value: str, sealer: Sealer | None) -> int | None:
        if sealer is None or len(value) < self.size:
            return None
        return sealer.blind(f"{self.label} {self.size}", value[: self.size])

    def default(self) -> Callable[[Any], Any]:
        """The column's default: the text of the row that is inserted."""
        return lambda context: context.get_current_parameters().get(self.of)
