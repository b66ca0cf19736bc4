"""Calls: found by anything, read with what followed, judged, and never more seen of them than a role may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.store.console.call_views import Place, Quality, Wanted
from campaigns.store.console.calls import search_calls
from campaigns.store.models import AuditEntry, Call, Customer, Misunderstanding, Promise, QualityScore
from campaigns.store.unsure import unsure_turns
from tests.integration.console.recorded import CALL, SPOKEN, talk
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT

MET = dict.fromkeys(("greeting", "disclosure", "identity", "politeness", "understanding", "outcome"), "met")


def fill_calls(world: World) -> None:
    """Calls that differ in everything one can look for."""
    talk(world)
    with world.database.transaction() as session:
        for place, call in enumerate(session.query(Call).order_by(Call.id)):
            call.started_at = AT - timedelta(hours=place)
        other = session.get_one(Call, 2)
        other.disposition, other.line, other.flow_version = "refused", "twilio", "2"
        other.right_party = False
        other.ended_at = other.answered_at + timedelta(seconds=400) if other.answered_at else AT
        session.query(Promise).filter_by(call_id=3).update({"state": "broken"})
        session.query(Promise).filter_by(call_id=4).delete()
        session.add(
            QualityScore(call_id=5, scorecard="call@1", points={}, score=59, failed=False, by="q", at=AT)
        )
        session.add(
            QualityScore(call_id=6, scorecard="call@1", points={}, score=90, failed=True, by="q", at=AT)
        )
        session.add(Misunderstanding(call_id=1, seq=2, intent="request_extension", by="q", at=AT))


def test_a_call_is_found_by_anything_that_is_known_of_it(world: World) -> None:
    fill_calls(world)
    with world.database.reading() as session:
        key = session.get_one(Customer, 2).external_id
        campaign = session.query(Call).first()
        assert campaign is not None
    searches: list[tuple[Wanted, set[int]]] = [
        (Wanted(), {1, 2, 3, 4, 5, 6}),
        (Wanted(since=AT - timedelta(hours=1)), {1, 2}),
        (Wanted(until=AT - timedelta(hours=3)), {5, 6}),
        (Wanted(disposition="refused"), {2}),
        (Wanted(line="twilio"), {2}),
        (Wanted(version="2"), {2}),
        (Wanted(right_party=False), {2}),
        (Wanted(key=key), {2}),
        (Wanted(key="nobody"), set()),
        (Wanted(campaign="march"), {1, 2, 3, 4, 5, 6}),
        (Wanted(campaign="april"), set()),
        (Wanted(direction="inbound"), set()),
        (Wanted(intent="promise_pay"), {1}),
        (Wanted(unsure=True), {1}),
        (Wanted(stop_word="any"), {1}),
        (Wanted(stop_word="do_not_call"), {1}),
        (Wanted(stop_word="death"), set()),
        (Wanted(promise="broken"), {3}),
        (Wanted(promise="none"), {4}),
        (Wanted(quality=Quality.UNSCORED), {1, 2, 3, 4}),
        (Wanted(quality=Quality.POOR), {5}),
        (Wanted(quality=Quality.GOOD), {6}),
        (Wanted(quality=Quality.FAIR), set()),
        (Wanted(quality=Quality.FAILED), {6}),
        (Wanted(quality=Quality.MARKED), {1}),
        (Wanted(recorded=True), set()),
        (Wanted(grade="D"), {4}),
        (Wanted(talk_s=300), {2}),
        (Wanted(talk_s=401), set()),
        (Wanted(disposition="promise", promise="broken", quality=Quality.UNSCORED), {3}),
    ]
    with world.database.reading() as session:
        for wanted, expected in searches:
            assert {line.id for line in search_calls(session, wanted)[0].lines} == expected, wanted
            assert search_calls(session, wanted)[1].calls == len(expected), wanted


def test_pages_hold_every_call_once_whatever_comes_in_between(world: World) -> None:
    fill_calls(world)
    with world.database.transaction() as session:
        session.get_one(Call, 3).started_at = session.get_one(Call, 4).started_at  # a tie
    seen: list[int] = []
    after: Place | None = None
    with world.database.reading() as session:
        while True:
            page = search_calls(session, Wanted(), after=after, limit=2)[0]
            seen += [line.id for line in page.lines]
            if page.next is None:
                break
            after = page.next
    assert sorted(seen) == [1, 2, 3, 4, 5, 6]
    assert seen.index(4) < seen.index(3)


def test_the_page_shows_the_last_week_until_another_time_is_asked_for(world: World) -> None:
    with world.database.transaction() as session:
        session.get_one(Call, 2).started_at = AT - timedelta(days=30)
    browser = world.browser("quality")
    assert "5 通" in browser.get("/calls").text
    assert "6 通" in browser.get("/calls?from=").text
    assert "1 通" in browser.get("/calls?from=2026-01-01&to=2026-02-10").text


TEXT = st.text(max_size=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(
        st.sampled_from(["from", "to", "key", "quality", "word", "party", "after", "promise", "version"]),
        st.one_of(TEXT, st.from_regex(r"-?\d{1,20}(\.\d{1,9})?_\d{1,30}", fullmatch=True), st.just("nan_1")),
    )
)
def test_no_query_breaks_the_list(world: World, query: dict[str, str]) -> None:
    assert world.browser("analyst").client.get("/calls", params=query).status_code == 200


def test_one_call_with_its_words_its_leave_and_what_followed(world: World) -> None:
    talk(world)
    page = world.browser("quality").get(f"/calls/{CALL}").text
    assert NAMES[0] in page
    assert SPOKEN in page
    assert "31%" in page
    assert "cn@1" in page  # the pack that allowed it
    assert "¥1,200.00" in page  # the promise
    assert 'href="#line-1"><code>identity</code>' in page
    assert "标记为误解" in page
    with world.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(action="personal.seen").one()
        assert entry.subject == session.get_one(Customer, 1).external_id


@pytest.mark.parametrize("role", ["analyst", "script_editor"])
def test_who_may_not_see_personal_data_reads_what_the_words_were_taken_for(world: World, role: str) -> None:
    talk(world)
    browser = world.browser(role)
    page = browser.get(f"/calls/{CALL}").text
    for hidden in (SPOKEN, NAMES[0], "五百", "50000", "9807", "欧阳"):
        assert hidden not in page
    assert "promise_pay" in page
    assert "<i>金额</i>" in page
    assert "本人吗" in page  # the prompt as it is written, its places open
    assert "〔…〕" in page
    assert "标记为误解" not in page
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 0


def test_forged_addresses_find_nothing(world: World) -> None:
    browser = world.browser("administrator")
    for path in ("/calls/999", "/calls/999/audio", "/calls/999/waveform", "/calls/1/audio", "/calls/x"):
        assert browser.get(path).status_code == 404, path
    assert browser.post("/calls/999/score", MET).status_code == 404
    assert browser.post("/calls/1/lines/0/mark", {"intent": ""}).status_code == 404  # the bot's
    assert browser.post("/calls/1/lines/77/mark", {"intent": ""}).status_code == 404
    assert browser.post("/calls/1/lines/2/unmark").status_code == 404
    assert browser.post("/calls/999/replay").status_code == 404


def test_a_mark_feeds_the_examples_and_can_be_taken_back(world: World) -> None:
    talk(world)
    browser = world.browser("quality")
    with world.database.reading() as session:
        assert list(unsure_turns(session, 0.0)) == []
    path = f"/calls/{CALL}/lines/2/mark"
    assert browser.post(path, {"intent": "no_such_intent"}).status_code == 409
    assert browser.post(path, {"intent": ""}).status_code == 303
    assert browser.post(path, {"intent": "request_extension"}).status_code == 303
    with world.database.reading() as session:
        (turn,) = unsure_turns(session, 0.0)
        assert (turn.seq, turn.label, turn.entry.text) == (2, "request_extension", SPOKEN)
        rows = session.query(AuditEntry).filter_by(action="calls.marked").order_by(AuditEntry.id).all()
        assert [(row.before["intent"], row.after["intent"]) for row in rows] == [
            ("promise_pay", None),
            ("promise_pay", "request_extension"),
        ]
    assert "实为" in browser.get(f"/calls/{CALL}").text
    assert browser.post(f"/calls/{CALL}/lines/2/unmark").status_code == 303
    with world.database.reading() as session:
        assert list(unsure_turns(session, 0.0)) == []


def test_quality_is_judged_by_the_scorecard_and_on_record(world: World) -> None:
    browser = world.browser("quality")
    assert browser.post(f"/calls/{CALL}/score", {"greeting": "met"}).status_code == 409
    assert browser.post(f"/calls/{CALL}/score", MET | {"note": f"{NAMES[0]} 满意"}).status_code == 303
    assert browser.post(f"/calls/{CALL}/score", MET | {"disclosure": "missed"}).status_code == 303
    with world.database.reading() as session:
        score = session.query(QualityScore).one()
        assert (score.score, score.failed, score.by, score.note) == (80, True, "quality", None)
        rows = session.query(AuditEntry).filter_by(action="calls.scored").order_by(AuditEntry.id).all()
        assert [(row.before["score"], row.after["score"]) for row in rows] == [(None, 100), (100, 80)]
        assert NAMES[0] not in str([row.after for row in rows])
    assert "不合格" in browser.get(f"/calls/{CALL}").text
    assert "80" in world.browser("analyst").get("/calls").text


def test_a_note_on_quality_is_hidden_as_what_was_said_is(world: World) -> None:
    note = "客户欧阳女士很满意"
    world.browser("quality").post(f"/calls/{CALL}/score", MET | {"note": note})
    assert note in world.browser("auditor").get(f"/calls/{CALL}").text
    assert note not in world.browser("analyst").get(f"/calls/{CALL}").text
