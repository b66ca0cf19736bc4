"""The message about a promise: to the number that was spoken to, with a link where the line carries one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.dialogue.turn import RecordPromise
from campaigns.dialing.links import PayLinks
from campaigns.outcomes.sending_rules import shipped_sending_rules
from campaigns.store.database import Database
from campaigns.store.models import Message, PhoneNumber, Promise, WebhookEvent
from campaigns.store.paylinks import Payable, resolve
from campaigns.store.webhooks import add_endpoint
from tests.integration.dialing import test_aftermath as after
from tests.integration.store.rows import AT, add_customer

KEY = bytes(range(32))
PAGE = "https://pay.example.com/p"


@pytest.mark.parametrize(("line", "linked"), [("simulated", True), ("twilio", False)])
def test_a_promise_is_confirmed_with_a_link_where_the_line_carries_it(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch, line: str, linked: bool
) -> None:
    links = PayLinks(PAGE, KEY, line, shipped_sending_rules(), after.ZONE)
    monkeypatch.setattr(after, "HOUSE", replace(after.HOUSE, links=links))
    with clean_database.transaction() as session:
        add_endpoint(session, "e", "https://e.example", "sealed", [], AT)
        customer = add_customer(session)
        number = session.scalars(select(PhoneNumber)).one()
        number.e164 = "+8615400000001"
        after.settle(session, RecordPromise(50_000, after.TODAY + timedelta(days=2)), customer)
    with clean_database.transaction() as session:
        promise = session.scalars(select(Promise)).one()
        message = session.scalars(select(Message)).one()
        assert (message.promise_id, message.e164) == (promise.id, "+8615400000001")
        assert (message.reveals_debt, message.has_link) == (True, linked)
        if linked:
            token = message.body.split(f"{PAGE}/")[1][:12]
            found = resolve(session, KEY, token, AT)
            assert isinstance(found, Payable)
            assert found.amount == 50_000
        types = session.scalars(select(WebhookEvent.type).order_by(WebhookEvent.id)).all()
        assert types == ["call.ended", "promise.made"]
        told = str(session.scalars(select(WebhookEvent.data)).all())
        assert "+86154****0001" in told
        assert "王小明" not in told
        assert "15400000001" not in told
