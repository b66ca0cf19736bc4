"""The report's figures, from rows in a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from campaigns.errors import NotFoundError
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.report import STAGES, CampaignReport, Funnel, HourRow, NumberRow, ReasonRow
from campaigns.store.database import Database
from campaigns.store.models import Base, FollowUp, Promise
from campaigns.store.report_members import member_rows
from campaigns.store.reporting import campaign_report
from tests.integration.report_world import START, Dial, History, World, allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAID = Dial("promise", talk_s=60, right_party=True, promise=50_000)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path / 'report.db'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        yield session
    database.close()


def report_of(session: Session, *histories: History) -> CampaignReport:
    campaign_id = World(session).campaign("Spring", list(histories))
    return campaign_report(session, campaign_id, SHANGHAI)


def test_each_customer_counts_up_to_the_furthest_stage_reached(session: Session) -> None:
    report = report_of(
        session,
        History(),
        History((("refuse", "do_not_call"),)),
        History((("defer", "outside_window"), ("allow", "allowed"))),
        allowed(Dial("no_answer")),
        allowed(Dial("third_party", talk_s=12)),
        allowed(Dial("refused", talk_s=40, right_party=True)),
        allowed(Dial("busy"), Dial("promise", talk_s=60, right_party=True, promise=50_000)),
    )
    assert report.funnel == Funnel(7, 5, 4, 3, 2, 1)
    assert [stage.of_previous for stage in report.funnel.stages()] == [
        None,
        5 / 7,
        4 / 5,
        3 / 4,
        2 / 3,
        1 / 2,
    ]
    assert report.funnel.stages()[-1].of_loaded == 1 / 7


def test_a_trunk_fault_is_no_dial_and_voicemail_no_connection(session: Session) -> None:
    report = report_of(
        session, allowed(Dial("trunk_fault", charged=False)), allowed(Dial("assistant", talk_s=8))
    )
    assert report.funnel == Funnel(2, 2, 1, 0, 0, 0)
    assert (report.attempts.dials, report.attempts.trunk_faults) == (2, 1)
    assert report.talk.calls == 0


def test_a_callback_counts_as_right_party_only_when_identity_was_confirmed(session: Session) -> None:
    before, after = Dial("callback", talk_s=9), Dial("callback", talk_s=30, right_party=True)
    assert report_of(session, allowed(before), allowed(after)).funnel == Funnel(2, 2, 2, 2, 1, 0)


def test_another_campaigns_calls_are_not_counted(session: Session) -> None:
    World(session).campaign("Other", [allowed(PAID)])
    report = report_of(session, History())
    assert report.funnel == Funnel(1, 0, 0, 0, 0, 0)
    assert report.dispositions == ()
    assert [row.promises for row in report.promises] == [0]


def test_grades_have_funnels_of_their_own(session: Session) -> None:
    report = report_of(session, allowed(PAID, grade="A"), History(grade="A"), allowed(grade=None))
    funnels = {row.letter: row.funnel for row in report.by_grade}
    assert funnels == {"A": Funnel(2, 1, 1, 1, 1, 1), None: Funnel(1, 1, 0, 0, 0, 0)}


def test_hours_are_those_of_the_zone(session: Session) -> None:
    dials = Dial("no_answer"), Dial("no_answer", at=timedelta(minutes=59)), PAID
    member = allowed(dials[0], dials[1], Dial("promise", timedelta(hours=5), 60, True, 50_000))
    campaign_id = World(session).campaign("Spring", [member])
    assert campaign_report(session, campaign_id, SHANGHAI).by_hour == (
        HourRow(9, 2, 0, 0, 0),
        HourRow(14, 1, 1, 1, 1),
    )
    kathmandu = campaign_report(session, campaign_id, ZoneInfo("Asia/Kathmandu"))  # UTC+05:45
    assert [(row.hour, row.dials) for row in kathmandu.by_hour] == [(6, 1), (7, 1), (11, 1)]


def test_reasons_say_what_held_customers_back(session: Session) -> None:
    report = report_of(
        session,
        History(),
        History((("defer", "outside_window"), ("refuse", "do_not_call"))),
        History((("defer", "outside_window"), ("defer", "outside_window"))),
        History((("defer", "outside_window"), ("allow", "allowed"))),
    )
    assert report.undecided == 1
    assert report.reasons == (
        ReasonRow("allow", "allowed", 1, 1, 0),
        ReasonRow("defer", "outside_window", 4, 3, 1),
        ReasonRow("refuse", "do_not_call", 1, 1, 1),
    )


def test_promised_money_is_kept_apart_by_currency_and_leaves_out_the_cancelled(session: Session) -> None:
    with_relief = Dial("promise_with_relief", talk_s=60, right_party=True, promise=80_000, waives=5_000)
    campaign_id = World(session).campaign(
        "Spring",
        [allowed(PAID), allowed(with_relief), allowed(PAID), allowed(PAID, currency="TWD"), History()],
    )
    first = session.query(Promise).order_by(Promise.id).first()
    assert first is not None
    first.state = "cancelled"
    session.flush()
    cny, twd = campaign_report(session, campaign_id, SHANGHAI).promises
    assert (cny.currency, cny.amount_due, cny.promises, cny.amount) == ("CNY", 400_000, 3, 130_000)
    assert (cny.with_relief, cny.relief, cny.pending, cny.cancelled) == (1, 5_000, 2, 1)
    assert cny.promised_rate == 130_000 / 400_000
    assert (twd.currency, twd.amount, twd.kept_rate) == ("TWD", 50_000, None)


def test_kept_rate_looks_only_at_promises_whose_day_has_come(session: Session) -> None:
    campaign_id = World(session).campaign("Spring", [allowed(PAID) for _ in range(5)])
    for promise, state in zip(session.query(Promise), ("kept", "kept", "broken", "cancelled"), strict=False):
        promise.state = state
    session.flush()
    (row,) = campaign_report(session, campaign_id, SHANGHAI).promises
    assert (row.kept, row.broken, row.cancelled, row.pending) == (2, 1, 1, 1)
    assert row.kept_rate == 2 / 3


def test_talk_time_is_from_answer_to_end(session: Session) -> None:
    report = report_of(session, allowed(PAID), allowed(Dial("silent", talk_s=8)), allowed(Dial("busy")))
    assert (report.talk.calls, report.talk.total_s, report.talk.longest_s) == (2, 68, 60)
    assert report.talk.mean_s == 34


def test_an_attempt_lost_in_a_crash_is_seen(session: Session) -> None:
    report = report_of(session, allowed(Dial("lost", recorded=False)), allowed(Dial(None)))
    assert [(row.code, row.attempts) for row in report.dispositions] == [("lost", 1)]
    assert (report.attempts.lost, report.attempts.live, report.attempts.reserved) == (1, 1, 2)
    assert report.funnel.dialed == 2


def test_numbers_tell_what_this_campaign_learnt(session: Session) -> None:
    early, late = Dial("powered_off"), Dial("no_answer", at=timedelta(hours=3))
    report = report_of(session, allowed(early, status="powered_off"), allowed(late), History(status="empty"))
    assert set(report.numbers) == {NumberRow("powered_off", "line", 1, 1), NumberRow("active", "line", 1, 0)}


def test_follow_ups_are_counted_by_reason(session: Session) -> None:
    campaign_id = World(session).campaign("Spring", [allowed(PAID)])
    promise = session.query(Promise).one()
    for reason in ("hardship", "hardship", "complaint"):
        session.add(
            FollowUp(
                customer_id=promise.customer_id, call_id=promise.call_id, reason=reason, created_at=START
            )
        )
    session.flush()
    found = campaign_report(session, campaign_id, SHANGHAI).follow_ups
    assert [(row.code, row.count) for row in found] == [("hardship", 2), ("complaint", 1)]


def test_a_campaign_without_members_divides_nothing(session: Session) -> None:
    report = report_of(session)
    assert report.funnel == Funnel(0, 0, 0, 0, 0, 0)
    assert [stage.of_loaded for stage in report.funnel.stages()] == [None] * len(STAGES)
    assert report.campaign.as_of is None
    assert (report.attempts.contact_rate, report.attempts.promise_rate, report.talk.mean_s) == (None,) * 3


def test_an_unknown_campaign_is_refused_in_one_line(session: Session) -> None:
    with pytest.raises(NotFoundError, match="there is no campaign 7"):
        campaign_report(session, 7, SHANGHAI)


def test_members_come_one_a_row_with_masked_numbers_and_no_name(session: Session) -> None:
    busy = Dial("busy")
    world = World(session)
    campaign_id = world.campaign(
        "Spring", [allowed(busy, Dial("promise", timedelta(hours=1), 60, True, 50_000), grade="C"), History()]
    )
    first, second = member_rows(session, campaign_id, SHANGHAI)
    assert (first.stage, first.grade, first.attempts, first.talk_s) == ("promise", "C", 2, 60)
    assert (first.last_disposition, first.promised, first.promise_state) == ("promise", 50_000, "pending")
    assert first.number == "+86154****0001"
    assert first.last_dial is not None
    assert f"{first.last_dial:%H:%M %z}" == "10:00 +0800"
    assert (second.stage, second.number, second.promised) == ("loaded", None, None)
    assert "张三" not in repr((first, second))


@st.composite
def dials(draw: st.DrawFn) -> Dial:
    """Also such as no dialler should write: the report must stay sound on top of a fault."""
    talk_s = draw(st.none() | st.integers(0, 300))
    return Dial(
        draw(st.sampled_from(sorted(shipped_dispositions().codes()))),
        timedelta(minutes=draw(st.integers(0, 3_000))),
        talk_s,
        draw(st.booleans()),
        draw(st.none() | st.integers(1, 10**9)),
        draw(st.sampled_from([0, 5_000])),
        placed=draw(st.booleans()),
        charged=draw(st.booleans()),
        recorded=draw(st.booleans()),
    )


verdicts = st.tuples(st.sampled_from(["allow", "defer", "refuse"]), st.sampled_from(["r1", "r2"]))
histories = st.builds(
    History,
    st.lists(verdicts, max_size=3).map(tuple),
    st.lists(dials(), max_size=3).map(tuple),
    st.sampled_from([None, "A", "B", "D"]),
    st.integers(-5_000, 10**9),
    st.sampled_from(["CNY", "TWD"]),
)


@cache
def empty_database() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    return engine


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(histories, max_size=6))
def test_figures_add_up_whatever_happened(members: list[History]) -> None:
    with Session(empty_database()) as session:  # never committed, so empty again for the next example
        campaign_id = World(session).campaign("Spring", members)
        report = campaign_report(session, campaign_id, SHANGHAI)
        rows = list(member_rows(session, campaign_id, SHANGHAI))

    counts = [stage.customers for stage in report.funnel.stages()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == len(members) == len(rows)
    for name in STAGES:
        assert sum(getattr(row.funnel, name) for row in report.by_grade) == getattr(report.funnel, name)
        at_least = sum(STAGES.index(row.stage) >= STAGES.index(name) for row in rows)
        assert at_least == getattr(report.funnel, name)

    held_back = report.undecided + sum(row.holds_back for row in report.reasons)
    assert held_back == report.funnel.loaded - report.funnel.eligible
    assert sum(row.decisions for row in report.reasons) == sum(len(member.decisions) for member in members)

    attempts = report.attempts
    assert attempts.reserved == sum(len(member.dials) for member in members)
    assert sum(row.attempts for row in report.dispositions) == attempts.reserved
    assert sum(row.dials for row in report.by_hour) == attempts.dials - attempts.trunk_faults
    assert sum(row.right_party for row in report.dispositions) == attempts.right_party
    assert sum(row.connected for row in report.dispositions) == attempts.connected == report.talk.calls
    assert (
        sum(row.talk_s for row in report.dispositions) == report.talk.total_s == sum(r.talk_s for r in rows)
    )

    made = [d for m in members for d in m.dials if d.promise and d.placed and d.recorded]
    assert sum(row.promises for row in report.promises) == len(made) == attempts.promises
    assert sum(row.amount for row in report.promises) == sum(dial.promise or 0 for dial in made)
    assert sum(row.relief for row in report.promises) == sum(dial.waives for dial in made)
    due = sum(max(0, member.amount_due) for member in members)
    assert sum(row.amount_due for row in report.promises) == due


@pytest.mark.external
def test_postgresql_gives_the_same_report(session: Session, postgres_database: Database) -> None:
    members = [
        allowed(Dial("busy"), Dial("promise_with_relief", timedelta(hours=4), 61, True, 700, 30)),
        allowed(Dial("assistant", talk_s=9), grade=None),
        allowed(Dial("callback", timedelta(minutes=50), 20), currency="TWD"),
        History((("defer", "outside_window"),)),
        History(),
    ]
    expected = report_of(session, *members)
    with postgres_database.transaction() as other:
        campaign_id = World(other).campaign("Spring", members)
        assert campaign_report(other, campaign_id, SHANGHAI) == expected
        assert len(list(member_rows(other, campaign_id, SHANGHAI))) == len(members)
