"""A person of operations has a call handed over, by the page or by a program: once, and on record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaigns.store import live
from campaigns.store.live import SaidLine
from campaigns.store.live_incoming import IncomingNow, put_incoming
from campaigns.store.live_orders import OrderChange, OrderState, change_orders
from campaigns.store.models import Attempt, AuditEntry, Customer, LiveOrder
from tests.integration.console.keys import program
from tests.integration.console.test_today_and_live import SAID, a_live_call
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT


@pytest.fixture(autouse=True)
def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of what was read a moment ago."""
    monkeypatch.setattr("campaigns.console.live.reading.RECENT_S", 0.0)


@pytest.fixture
def talked_on(world: World) -> int:
    """A call in which somebody talks."""
    attempt_id = a_live_call(world)
    with world.database.transaction() as session:
        live.put_board(session, "w", [(attempt_id, AT.isoformat())])
    return attempt_id


def put(world: World, state: OrderState, detail: str | None = None) -> None:
    with world.database.transaction() as session:
        order = session.query(LiveOrder).order_by(LiveOrder.id.desc()).first()
        assert order is not None
        change_orders(session, [OrderChange(order.id, state, detail)])


def test_it_is_wanted_once_and_on_record(world: World, talked_on: int) -> None:
    quality, manager = world.browser("quality"), world.browser("campaign_manager")
    path = f"/live/{talked_on}/hand-over"
    assert 'data-open="hand-over"' in quality.get(f"/live/{talked_on}").text
    assert quality.post(path, {"why": ""}).status_code == 409
    assert quality.post(path, {"why": "客户情绪激动"}).headers["location"] == f"/live/{talked_on}"
    assert manager.post(path, {"why": "me too"}).status_code == 303  # the same
    assert manager.post(f"/live/{talked_on}/end", {"why": "enough"}).status_code == 409
    with world.database.reading() as session:
        [order] = session.query(LiveOrder).all()
        assert (order.call, order.by, order.state) == (str(talked_on), "quality", "asked")
        [deed] = session.query(AuditEntry).filter_by(action="live.handed_over").all()
        assert (deed.by, deed.subject, deed.reason) == ("quality", str(talked_on), "客户情绪激动")


@pytest.mark.parametrize(
    ("state", "detail", "told"),
    [
        (OrderState.ACCEPTED, None, "已受理"),
        (OrderState.HANDING_OVER, None, "正在逐一呼叫坐席"),
        (OrderState.HANDED_OVER, None, "坐席已接听"),
        (OrderState.NOBODY, None, "登记待办回电"),
        (OrderState.CALL_BACK, "no_agents", "未设置接听坐席"),
        (OrderState.CALL_BACK, "hours", "不是坐席的工作时间"),
        (OrderState.DECLINED, "in_need", "客户可能有危险"),
        (OrderState.FAILED, None, "未能转接"),
    ],
)
def test_every_step_is_told(
    world: World, talked_on: int, state: OrderState, detail: str | None, told: str
) -> None:
    quality = world.browser("quality")
    quality.post(f"/live/{talked_on}/hand-over", {"why": "x"})
    put(world, state, detail)
    news = _news(quality.get(f"/live/{talked_on}/events").text)
    assert told in news["boxes"]["order"]
    again = state in (OrderState.CALL_BACK, OrderState.DECLINED)
    assert ("disabled" in news["boxes"]["deeds"]) is not again
    rows = _news(quality.get("/live/events").text)["lists"]["calls"]["rows"]
    assert "通话中" not in rows[f"call-{talked_on}"]  # in its place stands how far it is


def test_a_call_that_is_over_or_rings_is_not_handed_over(world: World, talked_on: int) -> None:
    quality = world.browser("quality")
    quality.post(f"/live/{talked_on}/hand-over", {"why": "x"})
    with world.database.transaction() as session:
        session.query(LiveOrder).delete()
        live.put_board(session, "w", [(talked_on, None)])
    assert quality.post(f"/live/{talked_on}/hand-over", {"why": "x"}).status_code == 409
    with world.database.transaction() as session:
        live.put_board(session, "w", [(talked_on, AT.isoformat())])
    quality.post(f"/live/{talked_on}/hand-over", {"why": "x"})
    with world.database.transaction() as session:
        session.get_one(Attempt, talked_on).state = "ended"
    page = quality.get(f"/live/{talked_on}").text
    assert "通话已先结束" in page
    assert "尚未执行，通话已经结束" in page
    assert quality.post(f"/live/{talked_on}/hand-over", {"why": "x"}).status_code == 409
    assert "event: over" in quality.get(f"/live/{talked_on}/events").text
    assert quality.post("/live/999999/hand-over", {"why": "x"}).status_code == 404
    assert quality.get("/live/nonsense").status_code == 404


def test_the_dialog_says_who_would_answer(world: World, talked_on: int) -> None:
    assert "未设置接听坐席" in world.browser("quality").get(f"/live/{talked_on}").text


def test_calls_to_us_are_read_along_and_masked(world: World) -> None:
    with world.database.transaction() as session:
        customer = session.query(Customer).order_by(Customer.id).first()
        assert customer is not None
        now = IncomingNow("twilio", "CA1", customer.id, "+8613800001111", AT, answered_at=AT)
        stranger = IncomingNow("twilio", "CA2", None, None, AT)
        ids = put_incoming(session, "w", [now, stranger])
        key = f"in-{ids['CA1']}"
        live.put_lines(session, {key: [SaidLine(0, AT, "customer", SAID, "ask_amount")]})
    quality, analyst = world.browser("quality"), world.browser("analyst")
    board = quality.get("/live").text
    assert board.count(">呼入</span>") == 2
    assert NAMES[0] in board
    assert "未知" in board
    assert SAID in quality.get(f"/live/{key}").text
    hidden = analyst.get(f"/live/{key}").text + analyst.get("/live").text
    assert SAID not in hidden
    assert NAMES[0] not in hidden
    assert "13800001111" not in hidden
    assert quality.post(f"/live/{key}/hand-over", {"why": "x"}).status_code == 303
    assert quality.post(f"/live/in-{ids['CA2']}/hand-over", {"why": "x"}).status_code == 409  # it rings


def test_a_program_may_too(world: World, talked_on: int) -> None:
    caller = program(world, "campaign_manager", ["live.read", "live.hand_over"])
    [call] = caller.get("/live").json()["items"]
    assert (call["call"], call["direction"], call["state"], call["order"]) == (
        str(talked_on), "outbound", "talking", None,
    )  # fmt: skip
    path = f"/live/{talked_on}"
    assert caller.get(f"{path}/order").status_code == 404
    for _ in range(2):
        answer = caller.ask("POST", f"{path}/hand-over", {"why": "by rule"})
        assert (answer.status_code, answer.json()["state"]) == (202, "asked")
    assert caller.ask("POST", f"{path}/end", {"why": "x"}).status_code == 403
    put(world, OrderState.HANDED_OVER)
    assert caller.get(f"{path}/order").json()["state"] == "handed_over"
    with world.database.reading() as session:
        [deed] = session.query(AuditEntry).filter_by(action="live.handed_over").all()
        assert deed.via == "token"


def _news(stream: str) -> dict[str, Any]:
    """The first event of a stream."""
    line = next(line for line in stream.splitlines() if line.startswith("data: {"))
    news: dict[str, Any] = json.loads(line[6:])
    return news
