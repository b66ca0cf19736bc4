"""An installation without customers says what to do first, and what went wrong says how to go on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.console.access.permissions import Role
from campaigns.store.console.users import add_user, set_password
from campaigns.store.database import Database
from tests.integration.console.world import CHEAP, PASSWORD, World, open_world
from tests.integration.store.rows import AT


@pytest.fixture
def fresh(tmp_path: Path, sqlite_database: Database) -> World:
    """Users, and nothing else."""
    with sqlite_database.transaction() as session:
        for role in Role:
            user = add_user(session, role.value, role.value, [role.value], AT)
            set_password(session, user.id, CHEAP.hash(PASSWORD), AT)
    return open_world(tmp_path / "home", sqlite_database)


def test_pages_without_anything_name_the_first_steps(fresh: World) -> None:
    manager = fresh.browser("campaign_manager")
    today = manager.get("/today").text
    assert "开始使用" in today
    assert 'href="/imports"' in today
    assert 'href="/settings/users"' not in today  # not for this role
    customers = manager.get("/customers").text
    assert "还没有客户" in customers
    assert "导入文件" in customers
    assert "导入文件" not in fresh.browser("analyst").get("/customers").text
    assert "没有符合条件的客户" in manager.get("/customers?grade=A").text
    assert "还没有通话" in manager.get("/calls").text


def test_the_first_steps_are_gone_once_there_are_customers(world: World) -> None:
    assert "开始使用" not in world.browser("administrator").get("/today").text


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost/campaigns/march?tab=setup", "/campaigns/march?tab=setup"),
        ("http://elsewhere.example/campaigns", None),
        ("http://localhost//elsewhere.example/", None),
        ("", None),
    ],
)
def test_an_error_leads_back_to_the_page_that_asked(world: World, referer: str, back: str | None) -> None:
    manager = world.browser("campaign_manager")
    answer = manager.post("/campaigns/march/stop", {"again": "april", "why": "x"}, referer=referer)
    assert answer.status_code == 409
    if back is None:
        assert "返回上一页" not in answer.text
    else:
        assert f'href="{back}"' in answer.text


def test_rules_are_told_in_the_readers_words(world: World) -> None:
    page = world.browser("auditor").get("/settings/rules").text
    assert "处理 仅限人工" in page
    for code in ("human_only", "recheck_h", "suppress_customer", "max_age_h"):
        assert code not in page


def test_a_report_names_scripts_lines_and_missing_prices(world: World) -> None:
    page = world.browser("analyst").get("/reports").text
    assert "缺少费率：短信" in page or "缺少费率" not in page
    assert ">simulated<" not in page
    assert ">repayment-reminder<" not in page


def test_what_a_role_may_not_see_leaves_its_navigation(world: World) -> None:
    answer = world.browser("analyst").get("/settings/users")
    assert answer.status_code == 403
    assert 'href="/customers"' in answer.text
    assert "您的角色无权访问" in answer.text


def test_a_form_that_is_out_of_date_is_no_question_of_roles(world: World) -> None:
    manager = world.browser("campaign_manager")
    answer = manager.post(
        "/campaigns/march/pause", {"csrf": "stale"}, referer="http://localhost/campaigns/march"
    )
    assert answer.status_code == 403
    assert "未做任何修改" in answer.text
    assert "您的角色" not in answer.text
    assert 'href="/campaigns/march"' in answer.text


def test_a_user_who_could_not_be_added_need_not_be_typed_again(world: World) -> None:
    answer = world.browser("administrator").post(
        "/settings/users", {"username": "liu", "display_name": "刘洋", "roles": []}
    )
    assert answer.status_code == 422
    assert 'value="liu"' in answer.text
    assert "data-shown" in answer.text


def test_signing_in_again_asks_for_the_password_alone(world: World) -> None:
    visitor = world.visitor()
    assert "返回原页面" in visitor.get("/sign-in?next=/calls").text
    assert "返回原页面" not in visitor.get("/sign-in").text
    token = re.search(r'name="csrf" value="(\w+)"', visitor.get("/sign-in").text)
    assert token
    answer = visitor.post("/sign-in", {"csrf": token[1], "username": "quality", "password": "no such word"})
    assert answer.status_code == 401
    assert 'value="quality"' in answer.text
