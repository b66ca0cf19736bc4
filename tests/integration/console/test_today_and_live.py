"""What needs a person, and calls as they happen: told only while somebody watches, masked, and on record."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.customers.phone import readable
from campaigns.store import live
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.console.live_spans import Queue, queue
from campaigns.store.live import SaidLine
from campaigns.store.live_key import BOARD
from campaigns.store.models import (
    Attempt,
    AuditEntry,
    CampaignMember,
    Customer,
    FollowUp,
    LiveLine,
    LiveWatch,
    PhoneNumber,
    TurnRecord,
)
from campaigns.store.webhooks import add_endpoint
from campaigns.store.workers import Identity, register
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT

SAID = "我是本人，你说吧"


def a_live_call(world: World) -> int:
    with world.database.transaction() as session:
        attempt = session.query(Attempt).order_by(Attempt.id).first()
        assert attempt is not None
        attempt.state, attempt.ended_at = "dialing", None
        register(session, Identity("w", "host", "place", 1))
        return attempt.id


def test_all_urgent_work_is_shown_and_then_all_the_rest(world: World) -> None:
    with world.database.transaction() as session:
        session.query(FollowUp).delete()
        for place in range(36):  # urgent work comes last, and fills more than one page
            session.add(FollowUp(reason="refused", urgent=place >= 4, created_at=AT, customer_id=1))
            session.flush()
        wanted = [id_ for (id_,) in session.query(FollowUp.id).order_by(FollowUp.urgent.desc(), FollowUp.id)]
    found: list[int] = []
    path: str | None = "/today"
    while path is not None:
        page = world.browser("quality").get(path).text
        found += map(int, re.findall(r'data-open="close-(\d+)"', page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = None if following is None else "/today" + following[1]
    assert found == wanted


def test_work_for_people_is_closed_with_a_note(world: World) -> None:
    quality = world.browser("quality")
    page = quality.get("/today").text
    assert NAMES[0] in page
    assert page.count('data-open="close-') == 6
    assert quality.post("/today/follow-ups/1/close", {"note": ""}).status_code == 409
    assert quality.post("/today/follow-ups/1/close", {"note": "called back"}).status_code == 303
    assert quality.post("/today/follow-ups/1/close", {"note": "again"}).status_code == 409
    with world.database.reading() as session:
        row = session.get_one(FollowUp, 1)
        assert (row.state, row.closed_by, row.note) == ("closed", "quality", "called back")
        assert session.query(AuditEntry).filter_by(action="followups.closed").one().reason == "called back"
    assert world.browser("auditor").post("/today/follow-ups/2/close", {"note": "x"}).status_code == 403


def test_what_the_customer_said_is_beside_the_work_without_numbers_and_for_those_who_may(
    world: World,
) -> None:
    with world.database.transaction() as session:
        call_id = session.scalars(select(FollowUp.call_id).where(FollowUp.call_id.is_not(None))).first()
        assert call_id is not None
        for seq, text in enumerate(("后四位是4925", "我要找人工"), start=900):
            session.add(TurnRecord(call_id=call_id, seq=seq, speaker="customer", text=text, at=AT))
    page = world.browser("quality").get("/today").text
    assert "后四位是**** / 我要找人工" in page
    assert "是4925" not in page
    assert "我要找人工" not in world.browser("analyst").get("/today").text


def test_today_tells_what_holds_and_why(world: World) -> None:
    manager = world.browser("campaign_manager")
    manager.post("/campaigns/march/launch")
    manager.post("/campaigns/march/pause", {"why": "line fault"})
    manager.post("/campaigns/april/launch")
    page = manager.get("/today").text
    assert "march 已暂停" in page
    assert "line fault" in page
    assert "april 已启动，但没有工作进程承接" in page


def test_events_are_sent_again(world: World) -> None:
    with world.database.transaction() as session:
        add_endpoint(session, "crm", "https://crm.example/hook", "sealed", [], AT)
    manager = world.browser("campaign_manager")
    assert manager.post("/today/webhooks", {"endpoint": "crm"}).status_code == 303
    assert manager.post("/today/webhooks", {"endpoint": "none"}).status_code == 404


def test_words_of_a_call_are_told_while_somebody_watches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.console.live.reading.RECENT_S", 0.0)
    attempt_id = a_live_call(world)
    quality, analyst = world.browser("quality"), world.browser("analyst")
    with world.database.reading() as session:
        assert live.look(session).watched == frozenset()
    assert "还没有对话" in quality.get(f"/live/{attempt_id}").text
    with world.database.transaction() as session:
        assert live.look(session).watched == {BOARD, str(attempt_id)}
        live.put_board(session, "w", [(attempt_id, AT.isoformat())])
        live.put_lines(session, {str(attempt_id): [SaidLine(0, AT, "customer", SAID, "confirm")]})
    assert SAID in quality.get(f"/live/{attempt_id}/events").text
    hidden = analyst.get(f"/live/{attempt_id}/events").text
    assert SAID not in hidden
    assert "confirm" in hidden
    board = quality.get("/live").text
    assert "通话中" in board
    assert f'href="/live/{attempt_id}"' in board
    with world.database.reading() as session:
        seen = session.query(AuditEntry).filter_by(action="personal.seen").all()
        assert {row.by for row in seen} == {"quality"}
        assert f"/live/{attempt_id}/events" in {row.after["page"] for row in seen}


def test_a_stream_puts_a_customer_on_record_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.web.streams.LONGEST_S", 0.3)
    monkeypatch.setattr("campaigns.console.live.reading.RECENT_S", 0.0)
    attempt_id = a_live_call(world)
    with world.database.transaction() as session:
        live.put_lines(session, {str(attempt_id): [SaidLine(0, AT, "customer", SAID, None)]})
    assert world.browser("quality").get(f"/live/{attempt_id}/events").text.count(SAID) == 1
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 1


def test_what_was_told_is_gone_with_the_call(world: World) -> None:
    attempt_id = a_live_call(world)
    with world.database.transaction() as session:
        live.watch(session, [str(attempt_id)])
        live.put_lines(session, {str(attempt_id): [SaidLine(0, AT, "bot", SAID, None)]})
        session.get_one(Attempt, attempt_id).state = "ended"
        live.put_lines(session, {str(attempt_id): [SaidLine(1, AT, "bot", SAID, None)]})  # too late
        session.get_one(LiveWatch, str(attempt_id)).until -= timedelta(minutes=5)
        session.flush()
        live.forget_over(session)
        assert session.query(LiveLine).count() == session.query(LiveWatch).count() == 0
    page = world.browser("quality").get(f"/live/{attempt_id}").text
    assert f"/calls/{attempt_id}" in page
    assert "data-feed" not in page


def test_live_tells_when_the_first_is_due_while_nobody_is(world: World) -> None:
    world.browser("campaign_manager").post("/campaigns/april/launch")
    later = AT.replace(hour=23, minute=59)
    with world.database.transaction() as session:
        april = campaign_by_name(session, "april").id
        members = list(session.query(CampaignMember).filter_by(campaign_id=april))
        assert len(members) > 1
        for place, member in enumerate(members):
            member.state, member.due, member.next_at = "waiting", False, later + timedelta(days=place)
    with world.database.reading() as session:
        assert queue(session, AT) == Queue(0, 0, 1, later)
        assert queue(session, later) == Queue(0, 1, 1)
    assert "此刻没有到点的客户" in world.browser("quality").get("/live").text


def test_work_that_came_of_no_call_names_the_number_to_dial(world: World) -> None:
    with world.database.transaction() as session:
        customer = session.query(Customer).filter_by(name=NAMES[0]).one()
        number = session.query(PhoneNumber).filter_by(customer_id=customer.id).one().e164
        session.add(FollowUp(customer_id=customer.id, reason="holdout_human", created_at=AT))
    page = world.browser("campaign_manager").get("/today?reason=holdout_human").text
    assert readable(number) in page
