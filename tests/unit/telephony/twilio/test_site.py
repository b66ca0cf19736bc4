"""Who may speak to our web application: Twilio, for this account, about calls that live."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from telephony.line import Answered, NotAnswered
from telephony.status import HangupCause
from telephony.twilio.reception import TwilioInbound
from telephony.twilio.signature import MAX_BODY
from tests.unit.telephony.twilio.exchanging import exchange_of, place
from tests.unit.telephony.twilio.fake_account import ACCOUNT, PUBLIC, FakeAccount, Phone, Socket, start
from tests.virtual_loop import run

HOOKS = ["status", "voice", "sms", "sms/status", "ping"]
FORM = {"AccountSid": ACCOUNT, "CallSid": "CA" + "9" * 32, "CallStatus": "completed"}
STREAM = "MZ" + "1" * 32


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("signature", ["", "forged", "A" * 27 + "=", "A" * 5000])
def test_a_request_without_twilios_signature_is_refused(hook: str, signature: str) -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange_of(account)
        answer = await account.post(f"{PUBLIC}/twilio/{hook}", FORM, **{"x-twilio-signature": signature})
        assert answer.status_code == 403

    run(work())


async def _sent(account: FakeAccount, signed: dict[str, str], sent: dict[str, str], url: str) -> int:
    headers = {"x-twilio-signature": account.sign(f"{PUBLIC}/twilio/status", signed)}
    return (await account.post(url, sent, **headers)).status_code


def test_a_signature_is_good_for_its_address_and_its_fields_alone() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange_of(account)
        url = f"{PUBLIC}/twilio/status"
        assert await _sent(account, FORM, FORM, url) == 204
        assert await _sent(account, FORM, FORM | {"CallStatus": "busy"}, url) == 403
        assert await _sent(account, FORM, FORM | {"More": "1"}, url) == 403
        assert await _sent(account, FORM, FORM, url + "?call=1") == 403
        assert await _sent(account, FORM, FORM, f"{PUBLIC}/twilio/voice") == 403

    run(work())


def test_another_account_is_refused_with_the_best_of_signatures() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange_of(account)
        for hook in ("status", "voice", "sms", "sms/status"):
            answer = await account.post(f"{PUBLIC}/twilio/{hook}", FORM | {"AccountSid": "AC" + "3" * 32})
            assert answer.status_code == 403

    run(work())


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_big_is_not_read(told: bool) -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange_of(account)
        body = urlencode({"Body": "a" * MAX_BODY}).encode()

        async def parts() -> Any:
            yield body

        transport = httpx.ASGITransport(account.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            answer = await client.post("/twilio/sms", content=body if told else parts())
        assert answer.status_code == 413

    run(work())


@pytest.mark.parametrize(
    ("url", "signed_for", "enters"),
    [
        ("/twilio/media", "wss://calls.example.com/twilio/media", True),
        ("/twilio/media", "https://calls.example.com/twilio/media", True),
        ("/twilio/media", "wss://other.example.com/twilio/media", False),
        ("/twilio/media?a=1", "wss://calls.example.com/twilio/media", False),
        ("/twilio/media", None, False),
    ],
)
def test_a_stream_enters_with_a_signature_only(url: str, signed_for: str | None, enters: bool) -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange = exchange_of(account)
        signature = account.sign(signed_for) if signed_for else None
        socket = Socket(exchange.app, "wss://calls.example.com" + url, signature)
        await asyncio.sleep(0.1)
        assert socket.accepted is enters
        if not enters:
            assert socket.code == 1008
        socket.leave()

    run(work())


def test_a_stream_of_no_call_of_ours_gets_none() -> None:
    async def work() -> None:
        account = FakeAccount(Phone(ring_s=30.0))
        exchange = exchange_of(account)
        call = await place(exchange)
        for sid, token in ((call.id, "forged"), ("CA" + "7" * 32, call.token)):
            socket = account.connect("wss://calls.example.com/twilio/media")
            socket.put(**start(sid, STREAM, {"token": token}))
            await asyncio.wait_for(socket.closed.wait(), 5.0)
        forged = {"AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "CallStatus": "busy"}
        await account.post(f"{PUBLIC}/twilio/status?call={call.token}", forged)
        assert call.cause is None
        assert isinstance(await call.answer(), Answered)
        await call.hang_up()

    run(work())


def test_a_call_to_us_is_taken() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange = exchange_of(account)
        calls = TwilioInbound(exchange).calls()
        waiting = asyncio.ensure_future(anext(calls))
        await asyncio.sleep(0)
        fake, _ = await account.ring_us(Phone())
        incoming = await waiting
        assert (incoming.number, incoming.call.id) == ("+14155550199", fake.sid)
        assert incoming.call.carries == "sound"
        assert isinstance(await incoming.call.answer(), Answered)
        assert await incoming.call.receive(1.0) is not None
        await incoming.call.hang_up()
        await asyncio.sleep(1)
        assert fake.status == "completed"
        assert exchange.board.calls == 0

    run(work())


def test_asked_again_twilio_hears_the_same_of_a_call_to_us() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange = exchange_of(account)
        exchange.board.attended = True
        fake, said = await account.ring_us(Phone(streams=False))
        form = {"CallSid": fake.sid, "AccountSid": ACCOUNT, "From": "anonymous"}
        assert (await account.post(f"{PUBLIC}/twilio/voice", form)).text == said
        assert exchange.board.calls == 1

    run(work())


def test_nobody_there_to_take_a_call_is_busy() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange = exchange_of(account)
        _, said = await account.ring_us(Phone())
        assert '<Reject reason="busy"' in said
        assert exchange.board.calls == 0

    run(work())


def test_a_caller_who_is_gone_before_the_sound_came_was_not_answered() -> None:
    async def work() -> None:
        account = FakeAccount()
        exchange = exchange_of(account)
        call = exchange.receive("CA" + "5" * 32)
        answer = await call.answer()
        assert isinstance(answer, NotAnswered)
        assert answer.cause is HangupCause.NO_ANSWER

    run(work())
