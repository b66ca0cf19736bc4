"""Calls placed over a Twilio account, from the dial to the end, on virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from telephony.errors import CallEnded, LineError, TrunkFault
from telephony.g711 import ulaw_decode, ulaw_encode
from telephony.line import Answered, AudioCall, NotAnswered, Sound
from telephony.status import HangupCause, NumberStatus
from telephony.twilio.api import Refused
from tests.unit.telephony.fakes import NUMBER
from tests.unit.telephony.twilio.exchanging import exchange_of, place
from tests.unit.telephony.twilio.fake_account import PUBLIC, FakeAccount, Phone, Way
from tests.unit.telephony.twilio.published import FOLDER
from tests.virtual_loop import run

PUBLISHED = FOLDER.is_dir()


def tone(hertz: float, seconds: float) -> bytes:
    """A tone of ``hertz`` at a quarter of full scale."""
    at = np.arange(round(seconds * 8000)) / 8000
    return (np.sin(2 * np.pi * hertz * at) * 8192).astype("<i2").tobytes()


def pitch(pcm: bytes) -> float:
    """The strongest frequency of ``pcm``."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / len(samples))


async def _listen(call: AudioCall) -> None:
    while True:
        await call.receive(5.0)


def answered(ring_s: float, listened_s: float = 0.0) -> Any:
    """An answer at about these times."""
    close: Any = pytest.approx
    return Answered(close(ring_s), close(listened_s))


def account_of(phone: Phone | None = None, way: Way | None = None) -> FakeAccount:
    return FakeAccount(phone, way, published=PUBLISHED)


@pytest.mark.skipif(not PUBLISHED, reason="Twilio's published API files are not in ../shared/test-data")
def test_every_request_and_answer_is_held_against_what_twilio_publishes() -> None:
    async def work() -> None:
        account = account_of()
        call = await place(exchange_of(account))
        await call.answer()
        await call.hang_up()
        assert account.published is not None
        assert account.published.checked == len(account.asked) == 2

    run(work())


def test_a_call_is_answered_and_both_sides_hear_each_other() -> None:
    async def work() -> None:
        account = account_of(Phone(says=ulaw_encode(tone(440, 2.0))))
        exchange = exchange_of(account)
        call = await place(exchange)
        with pytest.raises(LineError, match="not answered yet"):
            await call.receive(1.0)
        assert await call.answer() == answered(3.0)
        assert await call.answer() == answered(3.0)
        await call.send(Sound(tone(1000, 1.0)))
        heard = b""
        while len(heard) < 16_000:
            thing = await call.receive(1.0)
            assert isinstance(thing, Sound)
            heard += thing.pcm
        assert pitch(heard) == pytest.approx(440, abs=2)
        [fake] = account.calls.values()
        assert pitch(ulaw_decode(bytes(fake.heard))) == pytest.approx(1000, abs=2)
        assert call.id == fake.sid
        await call.hang_up()
        await call.hang_up()
        await asyncio.sleep(1)
        assert fake.status == "completed"
        assert call.cause is HangupCause.NORMAL
        assert fake.after_connect == []  # what follows a stream is for streams that fail
        assert exchange.board.calls == 0
        assert set(account.answers) == {("/twilio/status", 204)}
        with pytest.raises(CallEnded):
            await call.send(Sound(tone(1000, 0.1)))

    run(work())


def test_the_dial_says_what_is_wanted() -> None:
    async def work() -> None:
        account = account_of()
        call = await place(exchange_of(account, machine_detection="twilio"), ring_timeout_s=30.0)
        [fake] = account.calls.values()
        assert fake.form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
        assert (fake.one("To"), fake.one("Timeout"), fake.one("MachineDetection")) == (NUMBER, "30", "Enable")
        assert fake.one("StatusCallback").startswith(f"{PUBLIC}/twilio/status?call=")
        assert 'url="wss://calls.example.com/twilio/media"' in fake.one("Twiml")
        await call.hang_up()

    run(work())


def test_the_far_end_hangs_up() -> None:
    async def work() -> None:
        account = account_of(Phone(hangs_up_after_s=1.0))
        call = await place(exchange_of(account))
        await call.answer()
        with pytest.raises(CallEnded):
            await _listen(call)
        assert call.cause is HangupCause.NORMAL
        await call.hang_up()
        assert [one for one in account.asked if "Calls/" in one] == []  # nothing is left to end

    run(work())


WAYS = [
    Way(),
    Way(times=3),
    Way(reversed=True),
    Way(lost=frozenset({"initiated", "ringing", "answered"})),
    Way(lost=frozenset({"initiated", "ringing", "answered", "completed"})),
]


@pytest.mark.parametrize("way", WAYS, ids=["all", "thrice", "reversed", "only the last", "none"])
@pytest.mark.parametrize(
    ("phone", "cause", "status"),
    [
        (Phone(end="busy", sip=486), HangupCause.BUSY, NumberStatus.BUSY),
        (Phone(end="no-answer", sip=487, ring_s=45), HangupCause.NO_ANSWER, NumberStatus.ACTIVE),
        (Phone(end="failed", sip=404, rings=False), HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
    ],
    ids=["busy", "no answer", "failed"],
)
def test_a_call_that_fails_is_told_whatever_becomes_of_its_callbacks(
    phone: Phone, cause: HangupCause, status: NumberStatus, way: Way
) -> None:
    async def work() -> None:
        call = await place(exchange_of(account_of(phone, way)))
        answer = await call.answer()
        assert isinstance(answer, NotAnswered)
        if "completed" in way.lost:  # the API tells the status, but no SIP code
            expected = cause if phone.end != "failed" else HangupCause.UNREACHABLE
            assert answer.cause is expected
        elif "ringing" in way.lost:
            assert answer.cause is cause
        else:
            assert (answer.cause, answer.status) == (cause, status)
        await asyncio.sleep(5)
        assert call.cause is answer.cause
        await call.hang_up()

    run(work())


@pytest.mark.parametrize("way", WAYS, ids=["all", "thrice", "reversed", "only the last", "none"])
def test_a_call_is_answered_whatever_becomes_of_its_callbacks(way: Way) -> None:
    async def work() -> None:
        account = account_of(way=way)
        call = await place(exchange_of(account))
        assert isinstance(await call.answer(), Answered)
        await call.hang_up()
        await asyncio.sleep(1)
        assert call.cause is HangupCause.NORMAL

    run(work())


@pytest.mark.parametrize(
    ("who", "talks"),
    [
        ("human", True),
        ("unknown", True),
        ("machine_start", False),
        ("machine_end_beep", False),
        ("fax", False),
    ],
)
def test_nothing_is_said_to_a_machine(who: str, talks: bool) -> None:
    async def work() -> None:
        account = account_of(Phone(answered_by=who))
        call = await place(exchange_of(account, machine_detection="twilio"))
        answer = await call.answer()
        if talks:
            assert answer == answered(3.0, 1.0)
        else:
            assert isinstance(answer, NotAnswered)
            assert (answer.cause, answer.status) == (HangupCause.ASSISTANT, NumberStatus.ACTIVE)
        await call.hang_up()
        [fake] = account.calls.values()
        assert (fake.status, bytes(fake.heard)) == ("completed", b"")

    run(work())


def test_a_verdict_on_who_picked_up_that_is_lost_costs_seconds_not_the_call() -> None:
    async def work() -> None:
        account = account_of(Phone(answered_by="human"), Way(lost=frozenset({"detected"})))
        call = await place(exchange_of(account, machine_detection="twilio"))
        assert await call.answer() == answered(3.0, 7.0)
        await call.hang_up()

    run(work())


def test_an_answer_without_sound_is_ended_and_counts_as_a_call() -> None:
    async def work() -> None:
        account = account_of(Phone(streams=False))
        call = await place(exchange_of(account))
        answer = await call.answer()
        assert isinstance(answer, NotAnswered)
        assert (answer.cause, answer.status) == (HangupCause.DROPPED, NumberStatus.ACTIVE)
        assert [fake.status for fake in account.calls.values()] == ["completed"]

    run(work())


def test_a_phone_that_rings_for_ever_is_given_up_and_ended() -> None:
    async def work() -> None:
        account = account_of(Phone(ring_s=1e5))
        call = await place(exchange_of(account))
        answer = await call.answer()
        assert isinstance(answer, NotAnswered)
        assert answer.cause is HangupCause.NO_ANSWER
        assert answer.ring_s == pytest.approx(55.0)
        assert [fake.status for fake in account.calls.values()] == ["completed"]

    run(work())


@pytest.mark.parametrize(("sip", "error"), [(503, None), (None, 13226), (None, 31920)])
def test_a_failure_of_the_trunk_charges_no_number(sip: int | None, error: int | None) -> None:
    async def work() -> None:
        phone = Phone(end="failed", sip=sip, error=error, rings=False)
        call = await place(exchange_of(account_of(phone)))
        with pytest.raises(TrunkFault):
            await call.answer()
        await call.hang_up()

    run(work())


def test_a_number_that_twilio_refuses_gives_a_call_that_was_not_answered() -> None:
    async def work() -> None:
        account = account_of()
        account.refusals = [(400, 21211)]
        exchange = exchange_of(account)
        call = await place(exchange)
        answer = await call.answer()
        assert isinstance(answer, NotAnswered)
        assert (answer.cause, answer.status) == (HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE)
        assert exchange.board.calls == 0
        with pytest.raises(CallEnded):
            await call.receive(1.0)
        await call.hang_up()

    run(work())


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        ((401, 20003), "credentials"),
        ((400, 21210), "verified"),
        ((400, 21216), "blocked"),
        ((400, 99999), "errors/99999"),
    ],
)
def test_a_refusal_says_what_to_do_and_no_number(refusal: tuple[int, int], says: str) -> None:
    async def work() -> None:
        account = account_of()
        account.refusals = [refusal]
        exchange = exchange_of(account)
        with pytest.raises(Refused, match=says) as raised:
            await place(exchange)
        assert NUMBER not in str(raised.value)
        assert exchange.board.calls == 0

    run(work())


def test_too_many_requests_are_tried_again_a_few_times() -> None:
    async def work() -> None:
        account = account_of()
        account.refusals = [(429, 20429)] * 3
        call = await place(exchange_of(account))
        assert len(account.asked) == 4
        await call.hang_up()
        account.refusals = [(429, 20429)] * 4
        with pytest.raises(Refused, match="calls per second"):
            await place(exchange_of(account))

    run(work())


@pytest.mark.parametrize("lost", [frozenset(), frozenset({"initiated", "ringing", "answered", "completed"})])
def test_a_dial_whose_answer_was_lost_is_not_dialled_again(lost: frozenset[str]) -> None:
    async def work() -> None:
        account = account_of(Phone(ring_s=20.0), Way(lost=lost))
        account.loses_answers = 1
        call = await place(exchange_of(account))
        assert isinstance(await call.answer(), Answered)
        assert list(account.calls) == [call.id]
        await call.hang_up()
        assert account.calls[call.id].status == "completed"

    run(work())


def test_a_dial_that_never_was_is_a_fault_of_the_trunk() -> None:
    async def work() -> None:
        account = account_of()
        account.refusals = [(502, 0)]
        call = await place(exchange_of(account))
        with pytest.raises(TrunkFault, match="was not placed"):
            await call.answer()
        assert account.calls == {}

    run(work())


def test_an_api_that_is_away_ends_no_call_and_breaks_none() -> None:
    async def work() -> None:
        account = account_of(Phone(ring_s=40.0))
        call = await place(exchange_of(account))
        account.loses_answers = 1000
        assert isinstance(await call.answer(), Answered)
        assert len(account.asked) > 2  # it was asked while it rang
        await call.hang_up()
        await asyncio.sleep(1)
        assert [fake.status for fake in account.calls.values()] == ["completed"]

    run(work())
