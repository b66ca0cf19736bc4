"""Words on numbers on record: what counts, for whom, what is kept, and what is told of it; both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.compliance.effective import load_effective
from campaigns.customers.numbers.trust import Policy, Word, shipped_trust
from campaigns.dialing.audience import Audience
from campaigns.errors import NotFoundError
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database, Session
from campaigns.store.facts import numbers_of
from campaigns.store.models import Customer, PhoneNumber
from campaigns.store.number_reading import (
    By,
    numbers_due,
    states_of_customer,
    states_of_number,
    statistics,
    tellings,
)
from campaigns.store.number_reports import Recorded, Report, record_reports
from campaigns.store.numbers import numbers_of_customers, set_number_status
from telephony.status import NumberStatus
from tests.integration.store.rows import AT, add_customer

PACK = load_effective("cn-mainland")
POLICY = Policy(shipped_trust(), PACK)
HOUR = timedelta(hours=1)


def tell(session: Session, customer: Customer, status: str, source: str, hours: int = 0) -> Recorded:
    at = AT + hours * HOUR
    word = Word(NumberStatus(status), source, at)
    return record_reports(session, [Report(customer.numbers[0].e164, word)], now=at, policy=POLICY)


def state(session: Session, customer: Customer) -> tuple[str, str]:
    row = session.execute(
        select(PhoneNumber.status, PhoneNumber.status_source).where(PhoneNumber.customer_id == customer.id)
    ).one()
    return row.status, row.status_source


def test_every_word_is_kept_and_one_counts(database: Database) -> None:
    with database.transaction() as session:
        customer = add_customer(session)
        assert tell(session, customer, "powered_off", "line", 1).taken == 1
        assert tell(session, customer, "empty", "wapi-2", 2).weaker == 1
        assert tell(session, customer, "empty", "wapi-2", 2).known == 1
        assert state(session, customer) == ("powered_off", "line")
        assert tell(session, customer, "active", "wapi-2", 30).taken == 1
        assert state(session, customer) == ("active", "wapi-2")
        told = [(t.status.value, t.source, t.taken) for t in tellings(session, customer.numbers[0].e164)]
    assert told == [
        ("active", "wapi-2", True),
        ("empty", "wapi-2", False),
        ("powered_off", "line", True),
        ("active", "check", True),  # known before
    ]


def test_a_state_is_the_numbers_whoever_has_it(database: Database) -> None:
    with database.transaction() as session:
        customer, other = add_customer(session), add_customer(session)
        session.add(PhoneNumber(customer_id=other.id, e164=customer.numbers[0].e164))
        session.flush()
        number_id = customer.numbers[0].id
        assert set_number_status(session, number_id, NumberStatus.EMPTY, "line", AT + HOUR, policy=POLICY)
        states = states_of_number(session, customer.numbers[0].e164)
    assert [(each.customer, each.status) for each in states] == [
        (customer.external_id, NumberStatus.EMPTY),
        (other.external_id, NumberStatus.EMPTY),
    ]


def test_a_number_given_to_somebody_else_is_the_customers_no_more(database: Database) -> None:
    with database.transaction() as session:
        customer = add_customer(session)
        assert tell(session, customer, "recycled", "baidu-reissued-1", 1).purged == 1
        assert numbers_of(session, customer.id) == []
        assert numbers_of_customers(session, [customer.id]) == []
        (known,) = states_of_customer(session, customer.external_id)
        assert (known.status, known.purged_at) == (NumberStatus.RECYCLED, AT + HOUR)
        assert list(numbers_due(session, PACK, AT + 9000 * HOUR)) == []
        # Whatever is told later, the link stays cut.
        tell(session, customer, "active", "wapi-2", 5000)
        assert numbers_of(session, customer.id) == []


def test_unknown_and_stale_numbers_are_for_the_vendor(database: Database) -> None:
    with database.transaction() as session:
        fresh, unknown, stale = (add_customer(session) for _ in range(3))
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        late = add_customer(session)
        for customer in (unknown, late):
            customer.numbers[0].status = "unknown"
        stale.numbers[0].status_at = AT - timedelta(days=31)
        session.flush()
        due = [unknown.numbers[0].e164, stale.numbers[0].e164]
        assert list(numbers_due(session, PACK, AT)) == [*due, late.numbers[0].e164]
        assert list(numbers_due(session, PACK, AT, campaign="c")) == due
        assert list(numbers_due(session, PACK, AT, generated=False)) == []
        assert fresh.numbers[0].e164 not in due
        with pytest.raises(NotFoundError, match="no campaign 'x'"):
            list(numbers_due(session, PACK, AT, campaign="x"))


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("prefix", {"+86 154"}),
        ("campaign", {"c"}),
        ("source", {"check", "line"}),
        ("status", {"active", "empty"}),
    ],
)
def test_statistics(database: Database, by: By, keys: set[str]) -> None:
    with database.transaction() as session:
        customers = [add_customer(session) for _ in range(3)]
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        tell(session, customers[0], "empty", "line")
        groups = statistics(session, by, PACK, AT + timedelta(days=40))
    assert {group.key for group in groups} == keys
    assert sum(group.numbers for group in groups) == 3
    assert sum(group.states[NumberStatus.EMPTY] for group in groups) == 1
    assert sum(group.due for group in groups) == 2  # an empty number is not asked for again
