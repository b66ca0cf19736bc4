"""What a second file changes of plans, consent and activity, and what it must leave alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from campaigns.store.approved import current_plan
from campaigns.store.customers import customer_by_external_id
from campaigns.store.database import Database
from campaigns.store.models import Account, InstalmentPlan, Promise
from tests.integration.import_world import AS_OF, HEADERS, TOMORROW, load, row, write

PLAN = ["分期期数", "每期金额", "首期还款日", "分期审批人", "分期有效期"]
THREE = ["3", "33.50", "2026-11-30", "李主管", "2026-11-28"]
FOUR = ["4", "25.20", "2026-11-30", "李主管", "2026-11-28"]
NONE = ["", "", "", "", ""]
CONSENT = ["最近活跃日期", "营销来电同意", "营销同意日期"]


def plans(database: Database) -> list[tuple[int, int, date]]:
    with database.transaction() as session:
        found = session.scalars(select(InstalmentPlan).order_by(InstalmentPlan.id))
        return [(plan.count, plan.amount, plan.valid_until) for plan in found]


def test_a_plan_is_replaced_never_doubled_and_withdrawn_when_it_is_gone(
    clean_database: Database, tmp_path: Path
) -> None:
    headers, until = [*HEADERS, *PLAN], date(2026, 11, 28)
    first = write(tmp_path / "a.csv", [[*row(1), *THREE]], headers)
    load(clean_database, first)
    load(clean_database, first, TOMORROW)
    assert plans(clean_database) == [(3, 3_350, until)]
    load(clean_database, write(tmp_path / "b.csv", [[*row(1), *FOUR]], headers), TOMORROW)
    assert plans(clean_database) == [(4, 2_520, until)]
    load(clean_database, write(tmp_path / "c.csv", [row(1)]), TOMORROW)  # which does not tell of plans
    assert plans(clean_database) == [(4, 2_520, until)]
    load(clean_database, write(tmp_path / "d.csv", [[*row(1), *NONE]], headers), TOMORROW)
    assert plans(clean_database) == [(4, 2_520, AS_OF.date())]


def test_a_plan_that_a_promise_was_made_on_is_kept_beside_the_new_one(
    clean_database: Database, tmp_path: Path
) -> None:
    headers = [*HEADERS, *PLAN]
    load(clean_database, write(tmp_path / "a.csv", [[*row(1), *THREE]], headers))
    with clean_database.transaction() as session:
        account, plan = session.scalars(select(Account)).one(), session.scalars(select(InstalmentPlan)).one()
        session.add(
            Promise(
                customer_id=account.customer_id,
                account_id=account.id,
                amount=3_350,
                currency="CNY",
                due=date(2026, 11, 30),
                plan_id=plan.id,
                made_at=AS_OF,
            )
        )
    load(clean_database, write(tmp_path / "b.csv", [[*row(1), *FOUR]], headers), TOMORROW)
    assert [count for count, *_ in plans(clean_database)] == [3, 4]
    with clean_database.transaction() as session:
        now = current_plan(session, account.id, TOMORROW.date())
        assert now is not None
        assert (now.count, now.amount, now.approved_by) == (4, 2_520, "李主管")
        assert current_plan(session, account.id, date(2026, 11, 29)) is None  # no longer valid


def consent(database: Database) -> tuple[bool | None, date | None, date | None]:
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        return customer.marketing_consent, customer.marketing_consent_on, customer.last_active_on


def test_the_customers_latest_word_counts_whatever_order_files_come_in(
    clean_database: Database, tmp_path: Path
) -> None:
    headers = [*HEADERS, *CONSENT]

    def tell(*cells: str, days: int = 0) -> tuple[bool | None, date | None, date | None]:
        file = write(tmp_path / "x.csv", [[*row(1), *cells]], headers)
        load(clean_database, file, AS_OF + timedelta(days=days))
        return consent(clean_database)

    assert tell("2026-03-01", "", "") == (None, None, date(2026, 3, 1))
    yes = (True, date(2026, 5, 1), date(2026, 3, 1))
    assert tell("2026-02-01", "是", "2026-05-01") == yes
    assert tell("", "", "") == yes  # silence takes nothing back
    no = (False, date(2026, 6, 1), date(2026, 4, 1))
    assert tell("2026-04-01", "否", "2026-06-01") == no
    assert tell("", "是", "2026-05-01") == no  # an older file knows nothing of it
    assert tell("", "是", "2026-11-23", days=1)[0] is True
