"""What needs a person, by page and by key: nothing is left out, closed once, and masked."""

from __future__ import annotations

from typing import Any

from campaigns.store.console.today import WorkPlace, follow_up_page, work_place
from campaigns.store.models import AuditEntry, FollowUp
from tests.integration.console.keys import program
from tests.integration.console.world import NAMES, World
from tests.integration.store.rows import AT


def add(world: World, urgent: int, plain: int, reason: str = "human_requested") -> None:
    """Plain work first, so that urgent work has the higher ids."""
    with world.database.transaction() as session:
        session.query(FollowUp).delete()
        for place in range(plain + urgent):
            session.add(FollowUp(reason=reason, urgent=place >= plain, created_at=AT, customer_id=1))
            session.flush()


def walked(world: World, size: int, **query: Any) -> list[tuple[bool, int]]:
    """All of it, page by page."""
    key, found, cursor = program(world), [], ""
    told = "".join(f"&{name}={value}" for name, value in query.items())
    for _ in range(60):
        page = key.get(f"/follow-ups?limit={size}{told}{cursor}").json()
        found += [(item["urgent"], item["id"]) for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
    raise AssertionError("the pages do not end")


def test_every_piece_of_work_is_on_one_page_and_none_on_two(world: World) -> None:
    add(world, urgent=7, plain=5)
    wanted = sorted(walked(world, 500), key=lambda each: (not each[0], each[1]))
    assert len(wanted) == 12
    for size in (1, 2, 3, 7, 11):
        assert walked(world, size) == wanted
    assert walked(world, 2, reason="promise") == []
    assert walked(world, 2, reason="human_requested") == wanted


def test_places_are_read_as_they_are_written(world: World) -> None:
    for place in (WorkPlace(True, 12), WorkPlace(False, 3)):
        assert work_place(str(place)) == place
    for text in ("", "x1", "u", "-1", "1" * 10, "u1 "):
        assert work_place(text) is None
    with world.database.reading() as session:
        assert follow_up_page(session, after=WorkPlace(False, 10**9 - 1)) == []


def test_reasons_are_counted(world: World) -> None:
    add(world, urgent=2, plain=3)
    (told,) = program(world, "analyst").get("/follow-ups/reasons").json()["items"]
    assert (told["reason"], told["count"], told["urgent"]) == ("human_requested", 5, 2)


def test_work_is_closed_once_with_a_note_that_is_on_record(world: World) -> None:
    key = program(world, "quality")
    number = key.get("/follow-ups").json()["items"][0]["id"]
    path, note = f"/follow-ups/{number}/close", {"note": "已核实到账"}
    assert key.ask("POST", path, {"note": "  "}).status_code == 422
    first = key.ask("POST", path, note, **{"idempotency-key": "k"})
    again = key.ask("POST", path, note, **{"idempotency-key": "k"})
    assert (first.status_code, again.json()) == (200, first.json())
    assert key.ask("POST", path, note).status_code == 409
    assert key.ask("POST", "/follow-ups/99999/close", note).status_code == 404
    assert number not in [item["id"] for item in key.get("/follow-ups").json()["items"]]
    with world.database.reading() as session:
        row = session.get_one(FollowUp, number)
        assert (row.state, row.closed_by, row.note) == ("closed", "quality", "已核实到账")
        (deed,) = session.query(AuditEntry).filter_by(action="followups.closed")
        assert (deed.via, deed.reason, deed.subject) == ("token", "已核实到账", str(number))


def test_names_and_what_was_said_are_for_those_who_may_see_them(world: World) -> None:
    blind = program(world, scopes={"today.read"}).get("/follow-ups")
    assert not [name for name in NAMES if name in blind.text]
    assert {item["said"] for item in blind.json()["items"]} == {None}
    seen = program(world).get("/follow-ups").text
    assert [name for name in NAMES if name in seen]
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen", via="token").count() == 1
