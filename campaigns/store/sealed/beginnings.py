"""The beginning of a sealed text, to find it by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.using import sealer_of


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
        return None if value is None else self.stored(value, sealer_of(dialect))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> None:  # noqa: ARG002
        return None

    def stored(self, value: str, sealer: Sealer | None) -> int | None:
        if sealer is None or len(value) < self.size:
            return None
        return sealer.blind(f"{self.label} {self.size}", value[: self.size])

    def default(self) -> Callable[[Any], Any]:
        """The column's default: the text of the row that is inserted."""
        return lambda context: context.get_current_parameters().get(self.of)
