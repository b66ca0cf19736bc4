"""The report over campaigns and days: its figures, from rows in a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.overview.dimensions import Dimension, parse_dimensions
from campaigns.outcomes.overview.figures import FUNNEL, Money, Stages
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import LineRate, MessageRate, Rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.store.database import Database
from campaigns.store.models import Attempt, Base, CampaignMember, Message, Payment, Promise
from campaigns.store.overview.report import overview
from tests.integration.report_world import START, Dial, History, World, allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
RATES = Rates(
    version=1,
    lines={
        "simulated": LineRate(
            currency="CNY", per_minute=Decimal("0.06"), increment_s=60, per_attempt=Decimal("0.01")
        )
    },
    messages={"sms": MessageRate(currency="CNY", each=Decimal("0.05"))},
)
PROMISED = Dial("promise", talk_s=61, right_party=True, promise=50_000, waives=300)
SEVEN = [
    History(),
    History((("refuse", "do_not_call"),)),
    allowed(Dial("no_answer"), Dial("busy", timedelta(hours=3))),
    allowed(Dial("assistant", talk_s=8)),
    allowed(Dial("third_party", talk_s=12)),
    allowed(Dial("refused", talk_s=40, right_party=True), grade="C"),
    allowed(Dial("busy"), Dial("promise", timedelta(days=1), 61, True, 50_000, 300), grade="A"),
]


def report_of(session: Session, **wanted: Any) -> Overview:
    return overview(session, SHANGHAI, RATES, **wanted)


def test_members_dials_money_and_cost(database: Database) -> None:
    with database.transaction() as session:
        World(session).campaign("spring", SEVEN)
        session.execute(update(Promise).values(state="kept"))
        report = report_of(session)
    assert report.stages == Stages(7, 5, 5, 3, 2, 1, 1, 0)
    assert report.money == {"CNY": Money(50_000, 50_000, 300, 300, 0)}
    dials = report.dials.dials
    assert (dials.dials, dials.connected, dials.right_party, dials.promises, dials.kept) == (7, 3, 2, 1, 1)
    assert dials.talk_s == 12 + 40 + 61
    # Started minutes: the assistant 1, the third party 1, the refusal 1, the promise 2.
    assert report.cost.amounts == {"CNY": 7 * Decimal("0.01") + 5 * Decimal("0.06")}


def test_each_break_down_adds_up(database: Database) -> None:
    with database.transaction() as session:
        World(session).campaign("spring", SEVEN)
        World(session).campaign("summer", SEVEN[3:])
        session.execute(update(Attempt).where(Attempt.id % 2 == 0).values(line="b", caller_id="+8610"))
        report = report_of(session)
    for dimension in (Dimension.CAMPAIGN, Dimension.GRADE, Dimension.TREATMENT, Dimension.ARM):
        assert Stages.of(group.stages for group in report.by_members(dimension)) == report.stages
    for dimension in (Dimension.SCRIPT, Dimension.HOUR, Dimension.LINE, Dimension.CALLER):
        groups = report.by_dials(dimension)
        assert sum(group.dials.dials for group in groups) == report.dials.dials.dials
        assert sum(group.dials.promises for group in groups) == 2
    assert [group.key for group in report.by_dials(Dimension.LINE)] == ["b", "simulated"]
    assert [group.key for group in report.by_dials(Dimension.CALLER)] == ["+8610", None]
    assert [group.key for group in report.by_members(Dimension.CAMPAIGN)] == ["spring", "summer"]
    with database.transaction() as session:
        alone = report_of(session, by=(Dimension.REASON,))
        assert (alone.stages, alone.dials.dials) == (report.stages, report.dials.dials)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_rate_that_nobody_told_is_unknown_and_never_zero(session: Session) -> None:
    World(session).campaign("spring", [allowed(PROMISED), allowed(Dial("no_answer"))])
    session.execute(
        update(Attempt).where(Attempt.n == 1, Attempt.disposition == "no_answer").values(line="new")
    )
    report = report_of(session)
    assert report.cost.unknown == {"new"}
    assert report.cost.of("CNY") is None
    groups = {group.key: group.cost.of("CNY") for group in report.by_dials(Dimension.LINE)}
    assert groups == {"new": None, "simulated": Decimal("0.13")}
    silent = Rates(version=1, lines={"simulated": LineRate(currency="CNY", per_attempt=Decimal(1))})
    assert overview(session, SHANGHAI, silent).cost.unknown == {"new", "simulated"}


def test_messages_cost_in_the_total_alone(session: Session) -> None:
    World(session).campaign("spring", [allowed(PROMISED)])
    for state in ("sent", "queued", "failed"):
        session.add(
            Message(
                customer_id=1, call_id=1, channel="sms", template="t", body="b", state=state, created_at=START
            )
        )
    report = report_of(session)
    assert report.messages == {"sms": 2}
    assert report.cost.of("CNY") == report.dials.cost.amounts["CNY"] + Decimal("0.10")


def test_the_period_is_of_whole_local_days(session: Session) -> None:
    # START is 09:00 in Shanghai on 2 March: 15 hours later it is the 3rd there, and still the 2nd in UTC.
    World(session).campaign(
        "spring",
        [
            allowed(
                Dial("busy"), Dial("busy", timedelta(hours=14, minutes=59)), Dial("busy", timedelta(hours=15))
            )
        ],
    )
    for first, last, dials in (
        (date(2026, 3, 2), date(2026, 3, 2), 2),
        (date(2026, 3, 3), None, 1),
        (None, date(2026, 3, 1), 0),
        (None, None, 3),
    ):
        assert report_of(session, period=Period(first, last)).dials.dials.dials == dials
    assert report_of(session, period=Period(None, date(2026, 3, 1))).campaigns == ()
    with pytest.raises(ConflictError, match="before the first"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_hours_are_local_through_a_change_of_the_clocks(database: Database) -> None:
    # New York goes from 01:59 to 03:00 on 8 March 2026, at 07:00 UTC.
    change = timedelta(days=6, hours=6)
    dials = [Dial("busy", change + timedelta(minutes=minutes)) for minutes in (-90, -30, 0, 30)]
    with database.transaction() as session:
        World(session).campaign("spring", [allowed(dial) for dial in dials])
        report = overview(session, ZoneInfo("America/New_York"), RATES)
    assert [(group.key, group.dials.dials) for group in report.by_dials(Dimension.HOUR)] == [
        (0, 1),
        (1, 1),
        (3, 2),
    ]


def test_payments_count_from_the_first_dial_for_so_many_days(session: Session) -> None:
    World(session).campaign("spring", [allowed(Dial("busy")), allowed(Dial("no_answer")), History()])
    payments = [(1, -1), (1, 0), (1, 7 * 86_400 - 1), (2, 7 * 86_400), (3, 100)]
    for n, (account, seconds) in enumerate(payments):
        at = START + timedelta(seconds=seconds)
        session.add(
            Payment(
                account_id=account,
                reference=str(n),
                amount=10**n,
                currency="CNY",
                paid_on=at.date(),
                paid_at=at,
                booked_at=at,
                file_name="f",
            )
        )
    report = report_of(session)
    assert report.stages.paid == 1
    assert report.money["CNY"].paid == 10 + 100
    assert report_of(session, paid_days=8).stages.paid == 2


def test_currencies_are_never_added(session: Session) -> None:
    World(session).campaign("spring", [allowed(PROMISED), allowed(PROMISED, currency="USD")])
    report = report_of(session)
    assert report.currencies == ("CNY", "USD")
    assert {currency: money.promised for currency, money in report.money.items()} == {
        "CNY": 50_000,
        "USD": 50_000,
    }


def test_a_grade_is_that_of_the_day_of_joining(session: Session) -> None:
    World(session).campaign("spring", [allowed(Dial("busy"))])
    session.execute(update(CampaignMember).values(grade="C", treatment="frequent"))
    report = report_of(session)
    assert [group.key for group in report.by_members(Dimension.GRADE)] == ["C"]
    assert [group.key for group in report.by_members(Dimension.TREATMENT)] == ["frequent"]


def test_refusals_hold_back_whom_nothing_else_allowed(session: Session) -> None:
    defer, refuse = ("defer", "outside_window"), ("refuse", "do_not_call")
    World(session).campaign(
        "spring",
        [History((defer, refuse)), History((refuse, defer)), History((refuse, ("allow", "allowed")))],
    )
    rows = {row.reason: (row.decisions, row.customers, row.holds_back) for row in report_of(session).reasons}
    assert rows == {"outside_window": (2, 2, 1), "do_not_call": (3, 3, 1), "allowed": (1, 1, 0)}


def test_what_is_asked_for_must_be_there(session: Session) -> None:
    with pytest.raises(NotFoundError, match="no campaign 'nope'"):
        report_of(session, campaigns=["nope"])
    with pytest.raises(NotFoundError, match="it can be by campaign"):
        parse_dimensions("grade,colour")
    assert parse_dimensions(" hour, grade,hour") == (Dimension.HOUR, Dimension.GRADE)


def test_an_empty_store_reports_nothing(session: Session) -> None:
    report = report_of(session)
    assert (report.stages, report.cells, report.as_of, report.cost.amounts) == (Stages(), (), None, {})


CODES = sorted(shipped_dispositions().codes())
dials = st.builds(
    Dial,
    code=st.sampled_from(CODES),
    at=st.integers(0, 5_000).map(lambda minutes: timedelta(minutes=minutes)),
    talk_s=st.none() | st.integers(0, 400),
    right_party=st.booleans(),
    promise=st.none() | st.integers(1, 1_000),
    placed=st.booleans(),
    charged=st.booleans(),
)
histories = st.builds(
    lambda rows, grade: History((("allow", "allowed"),) * bool(rows), tuple(rows), grade=grade),
    st.lists(dials, max_size=4),
    st.sampled_from("ABCD"),
)


def counted(members: list[History]) -> Stages:
    """The stages as one would count them by hand, member by member."""
    machine = shipped_dispositions().not_connected()
    furthest: Counter[int] = Counter()
    for member in members:
        at = 0
        for dial in member.dials:
            at = max(at, 1)
            if dial.placed and dial.charged:
                at = max(at, 2)
            if (dial.placed and dial.code != "lost") or (dial.placed and dial.recorded):
                if dial.talk_s is not None and dial.code not in machine:
                    at = max(at, 3)
                if dial.right_party:
                    at = max(at, 4)
                if dial.promise is not None:
                    at = max(at, 5)
        furthest[at] += 1
    counts = [sum(number for at, number in furthest.items() if at >= stage) for stage in range(len(FUNNEL))]
    return Stages(**dict(zip(FUNNEL, counts, strict=True)))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(histories, max_size=6))
def test_the_database_counts_as_one_would_by_hand(engine: Engine, members: list[History]) -> None:
    with Session(engine) as session:
        World(session).campaign("c", members)
        report = report_of(session)
        session.rollback()
    assert report.stages == counted(members)
    counts = [getattr(report.stages, name) for name in FUNNEL]
    assert counts == sorted(counts, reverse=True)
    placed = [dial for member in members for dial in member.dials if dial.placed and dial.charged]
    assert report.dials.dials.dials == len(placed)
    assert report.dials.dials.promises == sum(dial.promise is not None for dial in placed)
    by_hour = Counter((START + dial.at).astimezone(SHANGHAI).hour for dial in placed)
    assert {group.key: group.dials.dials for group in report.by_dials(Dimension.HOUR)} == by_hour
