"""Ids by the thousand: looked up where they are few, and given back in one parameter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(
    session: Session, column: InstrumentedAttribute[Any] | ColumnElement[Any], ids: Sequence[int]
) -> ColumnElement[bool]:
    """``column`` is one of ``ids``: thousands of them take longer to write out than to find."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value))
    return column == any_(literal(list(ids), ARRAY(Integer)))


def few_of(session: Session, which: Select[int], most: int) -> list[int] | None:
    """What ``which`` selects; None where that is more than ``most``, which are counted and not fetched."""
    some = which.limit(most + 1)
    counted = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return None if counted > most else list(session.scalars(some))
