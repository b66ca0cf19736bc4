"""What is not due yet is said to fall due, nowhere as days past due below zero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.store.models import Account, Customer
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT


def _due_in(world: World, place: int, days: int, amount_due: int = 100_000) -> int:
    """Puts the due date of a customer's account so many days ahead; the customer's id."""
    with world.database.transaction() as session:
        customer = session.query(Customer).filter_by(name=NAMES[place]).one()
        account = session.query(Account).filter_by(customer_id=customer.id).one()
        today = AT.astimezone(world.services.settings.zone).date()
        account.due_date, account.days_past_due = today + timedelta(days=days), -days
        account.amount_due = amount_due
        return customer.id


def _cells(page: str, customer_id: int) -> str:
    row = page[page.index(f'href="/customers/{customer_id}"') :]
    return row[: row.index("</tr>")]


@pytest.mark.parametrize(
    ("days", "said"),
    [(5, "还有 5 天到期"), (1, "还有 1 天到期"), (0, "今日到期"), (-4, '<td class="num">4</td>')],
)
def test_the_list_says_when_it_falls_due(world: World, days: int, said: str) -> None:
    customer_id = _due_in(world, 0, days)
    assert said in _cells(world.browser("campaign_manager").get("/customers").text, customer_id)


def test_nothing_is_due_of_whom_nothing_is_owed(world: World) -> None:
    customer_id = _due_in(world, 0, 0, amount_due=0)
    cells = _cells(world.browser("campaign_manager").get("/customers").text, customer_id)
    assert "到期" not in cells


def test_the_days_go_on_after_the_file_that_told_them(world: World) -> None:
    customer_id = _due_in(world, 0, 2)
    world.wait(days=1)
    browser = world.browser("campaign_manager")
    assert "还有 1 天到期" in _cells(browser.get("/customers").text, customer_id)
    assert "还有 1 天到期" in browser.get(f"/customers/{customer_id}").text
    world.wait(days=3)
    later = world.browser("campaign_manager").get("/customers").text
    assert '<td class="num">2</td>' in _cells(later, customer_id)


def test_the_audience_of_reminders_is_told_in_days_before(world: World) -> None:
    fields: dict[str, Any] = {"name": "early", "flow": "due-reminder", "min_days": "-3", "max_days": "0"}
    page = world.browser("campaign_manager").post("/campaigns/-/new/count", fields).text
    assert "到期前 3 天 – 到期当日" in page
