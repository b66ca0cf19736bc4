"""Errors of sealed columns, in the form in which SQLAlchemy lets them through."""

from __future__ import annotations

from sqlalchemy.exc import DontWrapMixin

from campaigns.errors import SealError


class ColumnError(SealError, DontWrapMixin):
    """A value cannot be sealed, opened or searched for. Raised while a statement is prepared or read."""
