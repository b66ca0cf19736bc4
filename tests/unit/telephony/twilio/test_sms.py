"""Text messages over Twilio, and the words that ask for none."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.mailbox import Mailbox
from telephony.messages import Delivery, Receipt, TextReceived, Wish
from telephony.opt_out import wish_of
from telephony.twilio.api import Refused, Unsure
from tests.unit.telephony.twilio.exchanging import exchange_of
from tests.unit.telephony.twilio.fake_account import ACCOUNT, CALLER, PUBLIC, FakeAccount
from tests.unit.telephony.twilio.published import FOLDER
from tests.virtual_loop import run

NUMBER = "+14155550123"
RECEIPTS = f"{PUBLIC}/twilio/sms/status"


def account_of() -> FakeAccount:
    return FakeAccount(published=FOLDER.is_dir())


def test_a_message_is_sent_and_its_receipts_come_in_order_and_once() -> None:
    async def work() -> None:
        account = account_of()
        messenger = exchange_of(account).messenger()
        sent = await messenger.send(NUMBER, "您好")
        assert sent == Receipt("SM" + f"{1:032x}", Delivery.ACCEPTED)
        assert account.messages == [
            {"To": NUMBER, "From": CALLER, "Body": "您好", "StatusCallback": RECEIPTS}
        ]
        for status in ("queued", "delivered", "sent", "delivered", "sending"):
            await account.post(RECEIPTS, _receipt(sent.id, status))
        await account.post(RECEIPTS, _receipt("SM" + "9" * 32, "undelivered", ErrorCode="21610"))
        events = messenger.events()
        assert await anext(events) == Receipt(sent.id, Delivery.DELIVERED)
        other = await anext(events)
        assert isinstance(other, Receipt)
        assert other.state is Delivery.FAILED
        assert "opted out" in (other.reason or "")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 60.0)

    run(work())


def _receipt(sid: str, status: str, **more: str) -> dict[str, str]:
    return {"AccountSid": ACCOUNT, "MessageSid": sid, "MessageStatus": status, **more}


def test_a_recipient_who_opted_out_gets_nothing_and_other_faults_are_raised() -> None:
    async def work() -> None:
        account = account_of()
        messenger = exchange_of(account).messenger()
        account.refusals = [(400, 21610)]
        refused = await messenger.send(NUMBER, "hello")
        assert (refused.state, account.messages) == (Delivery.FAILED, [])
        account.refusals = [(400, 21606)]
        with pytest.raises(Refused, match="caller_number"):
            await messenger.send(NUMBER, "hello")
        account.loses_answers = 1
        with pytest.raises(Unsure):
            await messenger.send(NUMBER, "hello")
        assert len(account.messages) == 1

    run(work())


@pytest.mark.parametrize(
    ("body", "more", "wish"),
    [
        (" Stop. ", {}, Wish.STOP),
        ("ｔｄ", {}, Wish.STOP),
        ("退订！", {}, Wish.STOP),
        ("when do I stop paying?", {}, None),
        ("ARRET", {"OptOutType": "STOP"}, Wish.STOP),
        ("恢复", {}, Wish.START),
        ("帮助", {}, Wish.HELP),
        ("", {}, None),
    ],
)
def test_a_message_to_us_comes_once_with_its_wish(body: str, more: dict[str, str], wish: Wish | None) -> None:
    async def work() -> None:
        account = account_of()
        exchange = exchange_of(account)
        form: dict[str, Any] = {
            "AccountSid": ACCOUNT, "MessageSid": "SM" + "5" * 32, "From": NUMBER, "Body": body,
        } | more  # fmt: skip
        for _ in range(2):
            answer = await account.post(f"{PUBLIC}/twilio/sms", form)
            assert (answer.status_code, "<Message>" in answer.text) == (200, False)
        events = exchange.messenger().events()
        received = await anext(events)
        assert received == TextReceived("SM" + "5" * 32, NUMBER, body, wish)
        assert NUMBER not in repr(received)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 60.0)

    run(work())


@given(st.text(max_size=20))
def test_any_text_is_a_keyword_or_none(text: str) -> None:
    assert wish_of(text) in {None, *Wish}
    assert wish_of(f"  {text}!") is wish_of(text)


def test_what_twilio_was_answered_for_is_on_the_disk_and_comes_again_after_a_crash(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)

    async def tell() -> None:
        account = account_of()
        exchange_of(account, mailbox=mailbox)
        form = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "5" * 32, "From": NUMBER, "Body": "退订\0"}
        assert (await account.post(f"{PUBLIC}/twilio/sms", form)).status_code == 200
        answer = await account.post(RECEIPTS, _receipt("SM" + "9" * 32, "delivered"))
        assert answer.status_code == 204

    asyncio.run(tell())
    mailbox.close()  # and nobody has asked for either

    again = Mailbox(tmp_path)
    expected = [
        TextReceived("SM" + "5" * 32, NUMBER, "退订", Wish.STOP),
        Receipt("SM" + "9" * 32, Delivery.DELIVERED),
    ]

    async def listen() -> None:
        events = exchange_of(account_of(), mailbox=again).messenger().events()
        assert [await anext(events) for _ in expected] == expected

    asyncio.run(listen())
    again.close()
