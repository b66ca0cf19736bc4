"""Keys of programs: what they may, and what nobody may with them."""

from __future__ import annotations

import re

from campaigns.console.pages.keys import NOT_FOR_KEYS
from campaigns.store.models import ApiToken, AuditEntry
from tests.integration.console.world import World


def make(world: World, role: str = "campaign_manager", **fields: object) -> str:
    """A new key, as the page shows it once."""
    page = world.browser(role).post(
        "/settings/keys", {"name": "loader", "days": "30", "scopes": ["customers.read"], **fields}
    )
    found = re.search(r"<code>(xr_[\w-]{43})</code>", page.text)
    assert found, page.text
    return found[1]


def test_a_key_acts_for_its_holder_within_its_scopes(world: World) -> None:
    key = make(world)
    client = world.visitor().client
    told = client.get("/api/v1/me", headers={"authorization": f"Bearer {key}"})
    assert told.json() == {"username": "campaign_manager", "actions": ["customers.read"]}
    assert "set-cookie" not in told.headers
    page = client.get("/customers", headers={"authorization": f"Bearer {key}"})
    assert page.status_code == 403  # pages are for people


def test_a_key_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    key = make(world)
    assert key not in world.browser("campaign_manager").get("/settings/keys").text
    with world.database.reading() as session:
        assert key not in str(vars(session.query(ApiToken).one()))
        assert key not in "".join(str(vars(row)) for row in session.query(AuditEntry))


def test_a_key_may_no_more_than_its_holder_and_never_make_keys(world: World) -> None:
    analyst = world.browser("analyst")
    wanted = {"name": "x", "days": "30", "scopes": ["customers.suppress", "personal.see", "keys.own"]}
    assert analyst.post("/settings/keys", wanted).status_code == 422
    key = make(world)
    path = f"/settings/users/{world.user_id('campaign_manager')}"
    world.browser("administrator").post(path, {"roles": "script_editor", "active": "yes"})
    told = world.visitor().get("/api/v1/me", authorization=f"Bearer {key}")
    assert told.json()["actions"] == []


def test_a_key_may_approve_what_others_asked_for_when_it_was_given_that(world: World) -> None:
    key = make(world, scopes=["campaigns.approve"])
    told = world.visitor().get("/api/v1/me", authorization=f"Bearer {key}")
    assert told.json()["actions"] == ["campaigns.approve"]
    page = world.browser("campaign_manager").get("/settings/keys").text
    assert not [scope for scope in NOT_FOR_KEYS if f'value="{scope}"' in page]


def test_a_key_ends_by_time_by_hand_and_with_its_holder(world: World) -> None:
    def works(key: str) -> bool:
        answer = world.visitor().get("/api/v1/me", authorization=f"Bearer {key}")
        assert answer.status_code in (200, 401)
        return answer.status_code == 200

    first, second = make(world), make(world, role="analyst")
    assert works(first)
    assert not works(first + "x")
    assert world.browser("analyst").post("/settings/keys/1/revoke").status_code == 403
    assert world.browser("administrator").post("/settings/keys/1/revoke").status_code == 303
    assert not works(first)
    assert works(second)
    world.wait(days=31)
    assert not works(second)


def test_the_form_says_what_is_missing(world: World) -> None:
    browser = world.browser("campaign_manager")
    for fields in ({"name": "", "days": "30", "scopes": "customers.read"}, {"name": "x", "days": "7"}, {}):
        assert browser.post("/settings/keys", fields).status_code == 422
    assert world.browser("quality").get("/settings/keys").status_code == 403
