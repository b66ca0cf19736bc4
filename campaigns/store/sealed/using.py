"""Which key the columns of an engine are sealed with.

The key belongs to the database that a statement runs on: ``use`` hands it to the engine's dialect, which
SQLAlchemy passes to every type.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from campaigns.store.sealed.sealer import Sealer

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
