"""Of two first administrators' links made at once, one is good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.store.console.users import add_setup, setup_user
from campaigns.store.database import Database
from tests.integration.store.rows import AT
from tests.integration.store.side_by_side import side_by_side


def link(session: Session, name: str) -> None:
    add_setup(session, None, name, AT, AT + timedelta(hours=1))


@pytest.mark.external
def test_two_consoles_that_start_at_once_leave_one_link(postgres_database: Database) -> None:
    side_by_side(postgres_database, lambda s: link(s, "first"), lambda s: link(s, "second"))
    with postgres_database.reading() as session:
        assert setup_user(session, "second", AT) is None
        with pytest.raises(NotFoundError, match="not any more"):
            setup_user(session, "first", AT)
