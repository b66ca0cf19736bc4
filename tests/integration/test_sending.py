"""Messages really sent: once or never, after the rules allowed it, with all that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from campaigns.compliance.effective import load_effective
from campaigns.outcomes.delivery import MessageState, after_receipt
from campaigns.outcomes.messages import RenderedMessage
from campaigns.outcomes.webhook_events import EventType
from campaigns.outcomes.weighing import weigh_message
from campaigns.store import messages as store
from campaigns.store.database import Database, Session
from campaigns.store.messages import Outgoing, queue_message
from campaigns.store.models import (
    FollowUp,
    LegalFact,
    Message,
    PhoneNumber,
    Promise,
    TextReceived,
    WebhookEvent,
)
from campaigns.store.on_file import on_file
from campaigns.store.outcomes import suppress
from campaigns.store.people import shared
from campaigns.store.texts import Taken, opted_out, take_text
from campaigns.store.webhooks import add_endpoint
from telephony import messages as telephony
from telephony.errors import LineConfigError, NotDone, TrunkFault
from telephony.messages import Delivery, Receipt, Wish
from tests.integration.store.rows import AT
from tests.integration.store.side_by_side import side_by_side
from tests.integration.texting_world import NEUTRAL, Bench, ScriptedMessenger, queued

DEBT = RenderedMessage("promise_confirmed", "您好，100元", reveals_debt=True)


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.close()


def bench(benches: list[Bench], database: Database, *script: Receipt | Exception, **more: Any) -> Bench:
    made = Bench(database, ScriptedMessenger(script), **more)
    benches.append(made)
    return made


async def test_a_message_goes_once_and_its_receipts_are_taken(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database)
    with clean_database.transaction() as session:
        _, number = queued(session)
    await desk.send()
    assert desk.messages() == [("accepted", None)]
    for state in (Delivery.SENT, Delivery.DELIVERED, Delivery.SENT):
        desk.messenger.queue.put_nowait(Receipt("m1", state))
    await desk.send()
    assert desk.messages() == [("delivered", None)]
    assert desk.messenger.sent == [(number, "您好")]


async def test_what_is_surely_not_sent_is_tried_again_then_fails(
    clean_database: Database, benches: list[Bench]
) -> None:
    faults = [NotDone("busy") for _ in range(4)]
    desk = bench(benches, clean_database, *faults)
    with clean_database.transaction() as session:
        add_endpoint(session, "e", "https://e.example", "sealed", [EventType.MESSAGE_FAILED.value], AT)
        queued(session)
    await desk.send()
    assert desk.messages() == [("queued", "busy")]
    await desk.send()  # not before its time
    assert len(desk.messenger.sent) == 1
    for minutes in (1, 5, 30):
        desk.pass_time(minutes=minutes)
        await desk.send()
    assert desk.messages() == [("failed", "busy")]
    desk.pass_time(days=1)
    await desk.send()
    assert len(desk.messenger.sent) == 4
    with clean_database.transaction() as session:
        event = session.scalars(select(WebhookEvent)).one()
        assert event.type == "message.failed"
        assert event.data["number"].count("*") == 4


async def test_what_may_have_gone_is_never_sent_again_and_a_person_looks(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database, TrunkFault("no answer"))
    with clean_database.transaction() as session:
        queued(session)
    await desk.send()
    desk.pass_time(days=1)
    await desk.send()
    assert desk.messages() == [("unsure", "no answer")]
    assert len(desk.messenger.sent) == 1
    with clean_database.transaction() as session:
        assert session.scalars(select(FollowUp.reason)).all() == ["message_unsure"]


async def test_a_number_that_takes_no_messages_fails_at_once(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database, Receipt("", Delivery.FAILED, "no mobile"))
    with clean_database.transaction() as session:
        queued(session)
    await desk.send()
    assert desk.messages() == [("failed", "no mobile")]


async def test_a_line_that_cannot_be_opened_keeps_the_message_and_tells(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database, LineConfigError("port taken"))
    with clean_database.transaction() as session:
        queued(session)
    with pytest.raises(LineConfigError):
        await desk.send()
    assert desk.messages() == [("queued", "port taken")]


def test_a_process_that_died_over_a_message_does_not_send_it_twice(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database)
    with clean_database.transaction() as session:
        queued(session)
        (message_id,) = store.due_messages(session, AT, 10)
    with clean_database.transaction() as session:
        assert isinstance(weigh_message(session, message_id, desk.scales, AT), Outgoing)
    # Here it dies: sent or not, nobody knows.
    with clean_database.transaction() as session:
        assert weigh_message(session, message_id, desk.scales, AT) is None
        assert store.due_messages(session, AT + timedelta(days=1), 10) == []
        assert store.sweep(session, AT + timedelta(minutes=9), timedelta(minutes=10)) == 0
        assert store.sweep(session, AT + timedelta(minutes=10), timedelta(minutes=10)) == 1
        assert store.sweep(session, AT + timedelta(hours=1), timedelta(minutes=10)) == 0
        assert session.scalars(select(FollowUp.reason)).all() == ["message_unsure"]
    assert desk.messages() == [("unsure", store.DIED)]


async def test_a_stop_between_queue_and_send_holds(database: Database, benches: list[Bench]) -> None:
    desk = bench(benches, database)
    with database.transaction() as session:
        customer_id, number = queued(session)
    desk.messenger.write(number, "退订", Wish.STOP)
    await desk.send()
    assert desk.messages() == [("refused", "text_opt_out")]
    assert desk.messenger.sent == []
    with database.transaction() as session:
        # Calls go on in this pack.
        assert on_file(session, shared(session, customer_id), 1).consent(number) == "none"


async def test_stop_takes_calls_along_where_the_pack_says_so_and_start_lifts_only_that(
    database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, database, pack=load_effective("us-reg-f"))
    with database.transaction() as session:
        customer_id, number = queued(session)
        from campaigns.store.legal import CONSENT, record_fact

        record_fact(session, customer_id, CONSENT, given=True, as_of=AT, at=AT, by="staff")
    for id_ in ("in1", "in1", "in2"):  # brought twice, and said twice
        desk.messenger.write(number, "STOP", Wish.STOP, id_)
    await desk.send()
    with database.transaction() as session:
        account_id = 1
        assert on_file(session, shared(session, customer_id), account_id).consent(number) == "revoked"
        assert len(session.scalars(select(LegalFact).where(LegalFact.given.is_(False))).all()) == 2
    desk.messenger.write(number, "START", Wish.START, "in3")
    desk.pass_time(minutes=1)
    await desk.send()
    with database.transaction() as session:
        assert on_file(session, shared(session, customer_id), account_id).consent(number) == "given"
        assert not opted_out(session, customer_id, number)
        record_fact(session, customer_id, "texts", given=False, as_of=AT, at=AT, by="staff")
    desk.messenger.write(number, "START", Wish.START, "in4")
    await desk.send()
    with database.transaction() as session:
        assert opted_out(session, customer_id, number)  # what staff put on file stays


async def test_help_is_answered_whatever_else_they_asked_for(
    database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, database)
    with database.transaction() as session:
        _, number = queued(session)
    desk.messenger.write(number, "退订", Wish.STOP, "a")
    desk.messenger.write(number, "帮助", Wish.HELP, "b")
    desk.messenger.write(number, "帮助", Wish.HELP, "b")
    desk.pass_time(hours=12)  # at night
    await desk.send()
    assert [to for to, _ in desk.messenger.sent] == [number]
    assert "客服热线4008" in desk.messenger.sent[0][1]
    assert {state for state, _ in desk.messages()} == {"accepted", "refused"}


async def test_what_is_no_keyword_is_a_persons_work(database: Database, benches: list[Bench]) -> None:
    desk = bench(benches, database)
    with database.transaction() as session:
        _, number = queued(session)
    desk.messenger.write(number, "我已经还了", None)
    desk.messenger.write("+8613900000000", "退订", Wish.STOP, "stranger")
    await desk.send()
    with database.transaction() as session:
        assert session.scalars(select(FollowUp.reason)).all() == ["text_received"]
        assert len(session.scalars(select(TextReceived)).all()) == 2
        # The number comes to a customer later: its word holds.
        late, _ = queued(session)
        session.execute(
            update(PhoneNumber).where(PhoneNumber.customer_id == late).values(e164="+8613900000000")
        )
    await desk.send()
    assert desk.messages()[-1] == ("refused", "text_opt_out")


async def test_refusals_and_waits_are_on_record_with_their_reasons(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database)
    with clean_database.transaction() as session:
        barred, _ = queued(session)
        suppress(session, reason="complaint", at=AT, customer_id=barred)
        queued(session, DEBT)  # never spoken to on this number
        many, _ = queued(session)
        for _ in range(2):
            queue_message(session, many, NEUTRAL, AT)
    await desk.send()
    assert desk.messages() == [
        ("refused", "complaint"),
        ("refused", "reader_unknown"),
        ("accepted", None),
        ("accepted", None),
        ("queued", "text_cap"),
    ]
    with clean_database.transaction() as session:
        waiting = session.scalars(select(Message).where(Message.state == "queued")).one()
        assert waiting.due_at is not None
        assert waiting.pack == desk.scales.pack.label
        desk.clock.set(waiting.due_at)
    await desk.send()
    assert desk.messages()[-1] == ("accepted", None)


async def test_a_line_that_takes_no_debt_to_china_is_given_none(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = Bench(clean_database, ScriptedMessenger(name="twilio"))
    benches.append(desk)
    with clean_database.transaction() as session:
        customer_id, number = queued(session, DEBT)
        queued(session, RenderedMessage("x", "https://p.example/x", has_link=True))
        queued(session)
        from campaigns.store.models import Call

        session.add(
            Call(
                direction="inbound", customer_id=customer_id, e164=number, line="x", line_call_id="1",
                flow="f", flow_version="1", started_at=AT, ended_at=AT, cause="answered",
                disposition="promise", right_party=True, effective=True,
            )
        )  # fmt: skip
    desk.pass_time(days=0, hours=1)
    await desk.send()
    assert [reason for _, reason in desk.messages()] == ["text_not_carried", "text_not_carried", None]


async def test_a_message_is_not_sent_to_a_number_that_is_the_customers_no_more(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database)
    with clean_database.transaction() as session:
        customer_id, _ = queued(session)
        session.scalars(select(Message)).one().e164 = "+8613812345678"
        assert session.scalars(select(Promise)).all() == []
        assert customer_id
    await desk.send()
    assert desk.messages() == [("refused", "no_number")]


async def test_a_receipt_that_is_quicker_than_the_answer_is_not_lost(
    clean_database: Database, benches: list[Bench]
) -> None:
    desk = bench(benches, clean_database)
    with clean_database.transaction() as session:
        queued(session)
    desk.messenger.queue.put_nowait(Receipt("m1", Delivery.DELIVERED))
    await desk.send()
    assert desk.messages() == [("delivered", None)]


@pytest.mark.parametrize("state", list(MessageState))
@pytest.mark.parametrize("told", list(Delivery))
def test_receipts_only_ever_lead_forward(state: MessageState, told: Delivery) -> None:
    to = after_receipt(state, told)
    if state in (MessageState.QUEUED, MessageState.REFUSED, MessageState.DELIVERED, MessageState.FAILED):
        assert to is None
    if to is not None:
        assert after_receipt(to, told) is None


@pytest.mark.external
def test_a_text_that_two_workers_write_down_at_once_is_taken_once(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        _, number = queued(session)
    text = telephony.TextReceived("in1", number, "退订", Wish.STOP)

    def take(session: Session) -> Taken | None:
        return take_text(session, "twilio", text, AT, stop_bars_calls=True)

    assert side_by_side(postgres_database, take, take) is None
    with postgres_database.transaction() as session:
        assert session.scalars(select(LegalFact.kind).order_by(LegalFact.kind)).all() == ["consent", "texts"]


async def test_a_receipt_of_what_another_worker_sent_is_tried_again(
    clean_database: Database, benches: list[Bench]
) -> None:
    other, desk = bench(benches, clean_database), bench(benches, clean_database)
    desk.messenger.queue.put_nowait(Receipt("m1", Delivery.DELIVERED))
    await desk.send()
    with clean_database.transaction() as session:
        queued(session)
    await other.send()
    assert other.messages() == [("accepted", None)]
    await desk.send()
    assert desk.messages() == [("delivered", None)]
