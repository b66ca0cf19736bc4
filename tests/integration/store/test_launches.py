"""A large campaign starts, and goes on, as a second person agreed to it, or an operator alone on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.dialing.audience import Audience
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.campaigns import create_campaign
from campaigns.store.console.approvals import decide_approval, request_approval
from campaigns.store.console.campaigns import campaign_line
from campaigns.store.console.launches import ALONE, LAUNCH, Operator, asked_for, must_ask, settle_launch
from campaigns.store.console.users import add_user
from campaigns.store.database import Database
from campaigns.store.models import AuditEntry, Campaign
from tests.integration.store.rows import AT, add_customer

NAME = "march"
ABOVE = 2
OPERATOR = Operator("wang", ABOVE, AT)


@pytest.fixture
def large(database: Database) -> Database:
    """A draft of three members, and two people."""
    with database.transaction() as session:
        for _ in range(3):
            add_customer(session)
        create_campaign(session, NAME, "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        for name in ("li", "zhao"):
            add_user(session, name, name, ["campaign_manager"], AT)
    return database


def asks(session: Session) -> bool:
    return must_ask(session, campaign_line(session, NAME, ()), ABOVE)


def ask(session: Session) -> int:
    asked = asked_for(session, campaign_line(session, NAME, ()))
    return request_approval(session, LAUNCH, "campaign", NAME, asked, by=1, at=AT)


def alone(session: Session) -> list[tuple[str, str, str]]:
    rows = session.scalars(select(AuditEntry).where(AuditEntry.action == ALONE).order_by(AuditEntry.id))
    return [(row.by, row.via, row.reason) for row in rows]


def test_an_operator_does_without_only_for_a_reason_on_record(large: Database) -> None:
    told = replace(OPERATOR, alone="nobody else is here")
    with large.transaction() as session:
        for nothing in ("", "  "):
            with pytest.raises(ConflictError, match="'march' has 3 members: from 3 on, a second person"):
                settle_launch(session, NAME, replace(OPERATOR, alone=nothing))
        settle_launch(session, NAME, replace(told, above=3))  # not large: nothing to answer for
        assert alone(session) == []
        settle_launch(session, NAME, told)
        settle_launch(session, NAME, OPERATOR)  # goes on, and is said once
        assert alone(session) == [("wang", "command", "nobody else is here")]
        assert not asks(session)
        session.scalars(select(Campaign)).one().concurrency = 9
        session.flush()
        assert asks(session)
        with pytest.raises(ConflictError, match="--alone"):
            settle_launch(session, NAME, OPERATOR)
        with pytest.raises(NotFoundError):
            settle_launch(session, "none", told)


@pytest.mark.parametrize("own", [None, ["+8610000001", "+8610000002"]])
def test_what_a_second_person_approved_runs_from_anywhere(large: Database, own: list[str] | None) -> None:
    with large.transaction() as session:
        session.scalars(select(Campaign)).one().caller_ids = own
    with large.transaction() as session:
        request = ask(session)
        with pytest.raises(ConflictError, match="second person"):
            settle_launch(session, NAME, OPERATOR)
        decide_approval(session, request, approve=True, by=2, at=AT, comment="")
    with large.reading() as session:  # as it is read back
        assert not asks(session)
        settle_launch(session, NAME, OPERATOR)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("concurrency", 9),
        ("calls_per_second", 2.0),
        ("windows", {"days": ["mon"]}),
        ("retries", {"attempts": 1}),
        ("caller_ids", ["+8610000001"]),
        ("control_groups", "they are all in arrears"),
        ("priorities", {"version": 2}),
    ],
)
def test_what_may_be_changed_needs_another_word_when_it_is(
    large: Database, column: str, value: object
) -> None:
    with large.transaction() as session:
        decide_approval(session, ask(session), approve=True, by=2, at=AT, comment="")
        assert not asks(session)
        setattr(session.scalars(select(Campaign)).one(), column, value)
        session.flush()
        assert asks(session)


def test_who_refused_it_after_that_has_the_last_word(large: Database) -> None:
    with large.transaction() as session:
        request = ask(session)
        settle_launch(session, NAME, replace(OPERATOR, alone="urgent"))
        later = AT + timedelta(minutes=1)
        decide_approval(session, request, approve=False, by=2, at=later, comment="not today")
        assert asks(session)
        settle_launch(session, NAME, replace(OPERATOR, at=later + timedelta(minutes=1), alone="it must be"))
        assert not asks(session)


def test_what_is_over_needs_nobodys_word(large: Database) -> None:
    with large.transaction() as session:
        session.scalars(select(Campaign)).one().state = "finished"
        session.flush()
        settle_launch(session, NAME, OPERATOR)  # why it cannot run is told by what follows
