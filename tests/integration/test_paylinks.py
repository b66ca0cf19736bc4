"""Payment links in the store: one a promise, resolved, counted, expired, and forged ones without a trace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.dialing.links import PayLinks
from campaigns.errors import NotInitialisedError, SettingsError
from campaigns.outcomes.paylinks import make_token
from campaigns.outcomes.sending_rules import load_sending_rules, shipped_sending_rules
from campaigns.settings import create_home, load_settings
from campaigns.store.database import Database
from campaigns.store.models import PaymentLink, Promise
from campaigns.store.paylinks import Expired, Forged, NothingToPay, Payable, issue, resolve
from campaigns.store.promises import value_of
from tests.integration.import_world import SHANGHAI
from tests.integration.store.rows import AT
from tests.integration.test_promise_check import DUE, OWED, promise

KEY = bytes(range(32))
END = AT + timedelta(days=10)


def test_a_link_leads_to_what_is_left_of_its_promise_and_is_counted(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        account = promise(session)
        made = session.scalars(select(Promise)).one()
        token = issue(session, KEY, made.id, AT, END)
        assert issue(session, KEY, made.id, AT + timedelta(days=1), END + timedelta(days=1)) == token
        found = resolve(session, KEY, token, AT)
        assert found == Payable(made.id, account.external_id, OWED, "CNY", DUE)
        made.paid = 20_000
        resolve(session, KEY, token, AT + timedelta(hours=1), opened=False)
        left = resolve(session, KEY, token, AT + timedelta(hours=2))
        assert isinstance(left, Payable)
        assert left.amount == OWED - 20_000
    with clean_database.transaction() as session:
        link = session.scalars(select(PaymentLink)).one()
        assert (link.clicks, link.first_clicked_at, link.last_clicked_at) == (2, AT, AT + timedelta(hours=2))
        made = session.scalars(select(Promise)).one()
        assert made.link_opened_at == AT
        made.state = "kept"
        assert resolve(session, KEY, token, AT) == NothingToPay(made.id)


def test_forged_and_expired_links_lead_nowhere_and_leave_no_trace(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        promise(session)
        made = session.scalars(select(Promise)).one()
        token = issue(session, KEY, made.id, AT, END)
        link = session.scalars(select(PaymentLink)).one()
        wrong = [
            make_token(bytes(32), link.id, made.id, END),
            make_token(KEY, link.id, made.id, END + timedelta(days=365)),
            make_token(KEY, link.id + 1, made.id, END),
            token[::-1] if token[::-1] != token else "0" * 12,
            "",
            "'; DROP TABLE",
            "０" * 12,
        ]
        assert {type(resolve(session, KEY, each, AT)) for each in wrong} == {Forged}
        assert isinstance(resolve(session, KEY, token, END), Expired)
        assert isinstance(resolve(session, KEY, token, END - timedelta(seconds=1)), Payable)
        assert session.scalars(select(PaymentLink.clicks)).one() == 1


def test_the_address_in_a_message_and_where_none_is_carried(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        promise(session)
        made = session.scalars(select(Promise)).one()
        rules = shipped_sending_rules()
        links = PayLinks("https://pay.example.com/p", KEY, "simulated", rules, SHANGHAI)
        assert KEY.hex() not in repr(links)
        address = links.link(session, made.id, value_of(made), "+8613800000000", AT)
        assert address is not None
        assert len(address.removeprefix("https://pay.example.com/p/")) == 12
        ends = session.scalars(select(PaymentLink.expires_at)).one().astimezone(SHANGHAI)
        assert (ends.date(), ends.hour) == (DUE + timedelta(days=8), 0)
        assert links.link(session, made.id, value_of(made), None, AT) is None
        twilio = PayLinks("https://pay.example.com/p", KEY, "twilio", rules, SHANGHAI)
        assert twilio.link(session, made.id, value_of(made), "+8613800000000", AT) is None
        assert twilio.link(session, made.id, value_of(made), "+14155550100", AT) == address


def test_the_longest_prefix_of_a_number_says_what_a_line_carries(tmp_path: Path) -> None:
    path = tmp_path / "sending.yaml"
    path.write_text(
        "version: 1\nretry_after_min: []\nstale_after_h: 1\nunsure_after_min: 2\nlink_days_after_due: 0\n"
        "lines: {x: {'+86': {links: false}, '+861': {links: true, debt: false}}}\n"
    )
    rules = load_sending_rules(path)
    assert not rules.carries("x", "+8623").links
    assert rules.carries("x", "+8613").links
    assert not rules.carries("x", "+8613").debt
    assert rules.carries("y", "+8613").debt
    assert rules.again_after(1) is None


def test_init_makes_the_keys_and_the_page_is_https(tmp_path: Path) -> None:
    create_home(tmp_path)
    settings = load_settings(tmp_path)
    keys = (settings.permit_key(), settings.link_key(), settings.webhook_key())
    assert len(set(keys)) == 3
    create_home(tmp_path)
    assert load_settings(tmp_path).link_key() == keys[1]
    (tmp_path / "link.key").unlink()
    with pytest.raises(NotInitialisedError, match=r"link\.key"):
        settings.link_key()
    file = tmp_path / "settings.toml"
    for page in ("http://pay.example.com", "https://u:p@pay.example.com", "https://pay.example.com/?x"):
        file.write_text(f'institution = "长河"\nhotline = "4008"\npay_url = "{page}"\n')
        with pytest.raises(SettingsError, match="pay_url"):
            load_settings(tmp_path)
    file.write_text('institution = "长河"\nhotline = "4008"\npay_url = "https://pay.example.com/p/"\n')
    assert load_settings(tmp_path).pay_url == "https://pay.example.com/p"
