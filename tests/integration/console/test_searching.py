"""What is searched for stands in no address that anybody else could read."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.console.access.sealed_words import STEP, seal, unseal
from campaigns.store.models import AuditEntry, Customer
from tests.integration.console.world import NAMES, Browser, Seen, World

HTMX = {"hx-request": "true"}
LISTS = (("/customers", "q"), ("/calls", "key"), ("/settings/audit", "subject"))


def searched(browser: Browser, page: str, **fields: str) -> str:
    """The address to which the form leads, as a browser without script goes there."""
    answer = browser.post(page, fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def key_of(world: World, name: str) -> str:
    with world.database.reading() as session:
        return next(row.external_id for row in session.query(Customer) if row.name == name)


@pytest.mark.parametrize(("page", "field"), LISTS)
def test_an_address_tells_the_filters_and_not_the_words(world: World, page: str, field: str) -> None:
    browser = world.browser("administrator")
    address = searched(browser, page, **{field: "欧阳明月", "grade": "A", "from": "", "to": ""})
    assert urlsplit(address).path == page
    told = parse_qs(urlsplit(address).query)
    assert "sought" in told
    assert field not in told
    assert "%E6" not in address
    again = browser.get(address)
    assert again.status_code == 200
    typed = [seen for tag, seen in Seen(again.text).tags if tag == "input" and seen.get("name") == field]
    assert [each["value"] for each in typed] == ["欧阳明月"]


def test_a_search_finds_and_is_found_again_with_its_filters(world: World) -> None:
    browser = world.browser("quality")
    address = searched(browser, "/customers", q=NAMES[0], grade="A", sort="owing")
    assert parse_qs(urlsplit(address).query)["grade"] == ["A"]
    for _ in range(2):  # reload, Back
        page = browser.get(address).text
        assert NAMES[0] in page
        assert "1 位客户" in page
    assert "没有符合条件的客户" in browser.get(searched(browser, "/customers", q=NAMES[0], grade="B")).text


def test_htmx_gets_the_rows_and_the_address_for_the_browser(world: World) -> None:
    browser = world.browser("quality")
    answer = browser.post("/customers", {"q": NAMES[0], "grade": "A"}, **HTMX)
    assert "<html" not in answer.text
    assert "1 位客户" in answer.text
    assert "1 位客户" in browser.get(answer.headers["hx-push-url"]).text


def test_a_list_goes_on_with_its_search(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.pages.customers.PER_PAGE", 1)
    browser = world.browser("quality")
    page = browser.get(searched(browser, "/customers", q="C", sort="overdue")).text
    seen = []
    while True:
        seen.append(next(name for name in NAMES if name in page))
        links = [tag["href"] for name, tag in Seen(page).tags if name == "a" and tag.get("rel") == "next"]
        if not links:
            break
        assert "q=" not in str(links[0])
        page = browser.get(f"/customers{links[0]}").text
    assert sorted(seen) == sorted(NAMES)


def test_an_address_of_another_session_keeps_its_filters_and_says_what_is_lost(world: World) -> None:
    address = searched(world.browser("quality"), "/customers", q=NAMES[0], grade="A")
    page = world.browser("quality").get(address).text
    assert "搜索内容不会保存在网址中" in page
    assert NAMES[0] in page  # the whole list of this grade
    assert '<option value="A" selected>' in page
    values = [seen["value"] for tag, seen in Seen(page).tags if tag == "input" and seen.get("name") == "q"]
    assert values == [""]


@pytest.mark.parametrize(("page", "field"), LISTS)
def test_words_in_the_clear_are_not_taken_from_an_address(world: World, page: str, field: str) -> None:
    answer = world.browser("administrator").get(f"{page}?{field}=C00042").text
    assert "搜索内容不会保存在网址中" in answer
    assert "C00042" not in answer


def test_no_file_of_all_rows_is_given_for_a_search_that_is_lost(world: World) -> None:
    address = searched(world.browser("auditor"), "/settings/audit", subject="march")
    auditor = world.browser("auditor")
    assert auditor.get(address.replace("/audit?", "/audit/file?")).status_code == 409
    own = searched(auditor, "/settings/audit", subject="march").replace("/audit?", "/audit/file?")
    assert auditor.get(own).status_code == 200


def test_a_search_is_on_record_by_its_length_once(world: World) -> None:
    browser = world.browser("quality")
    browser.get(searched(browser, "/customers", q=NAMES[0]))
    browser.post("/customers", {"q": NAMES[0]}, **HTMX)
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="personal.searched").all()
        assert [row.after for row in rows] == [{"length": len(NAMES[0])}] * 2


def test_a_customer_leads_back_to_the_list_that_one_came_from(world: World) -> None:
    browser = world.browser("quality")
    address = searched(browser, "/customers", q=NAMES[0], grade="A")
    page = browser.get("/customers/1", referer=f"http://localhost{address}").text
    assert address in [str(seen.get("href")).replace("&amp;", "&") for _, seen in Seen(page).tags]
    for elsewhere in ("http://evil.example/customers?q=1", "http://localhost//evil.example", "http://["):
        page = browser.get("/customers/1", referer=elsewhere).text
        assert "evil" not in page


def test_a_customer_who_waits_in_a_campaign_is_one_step_away(world: World) -> None:
    browser = world.browser("campaign_manager")
    page = browser.get("/campaigns/march?tab=queue").text
    links = [str(seen["href"]) for tag, seen in Seen(page).tags if "/customers?" in str(seen.get("href"))]
    assert links
    assert all(link.startswith("/customers?sought=") for link in links)
    assert "1 位客户" in browser.get(links[0]).text


def test_all_days_stay_all_days_on_the_following_page(world: World) -> None:
    browser = world.browser("quality")
    address = searched(browser, "/calls", **{"from": "", "to": "", "disposition": "promise"})
    days = [
        seen["value"] for tag, seen in Seen(browser.get(address).text).tags
        if tag == "input" and seen.get("name") == "from"
    ]  # fmt: skip
    assert days == [""]


def test_the_language_is_changed_where_one_is(world: World) -> None:
    browser = world.browser("quality")
    address = searched(browser, "/customers", q=NAMES[0], grade="A")
    fields = {"next": "/customers", "language": "en"}
    answer = browser.post("/profile/preferences", fields, referer=f"http://localhost{address}")
    assert answer.headers["location"] == address


@given(st.dictionaries(st.sampled_from(("q", "by", "subject")), st.text(max_size=64), max_size=3))
def test_what_is_sealed_opens_for_its_session_and_page_alone(words: dict[str, str]) -> None:
    words = {name: value for name, value in words.items() if value.isprintable()}
    sealed = seal("a session", "/customers", words)
    assert unseal("a session", "/customers", sealed) == words
    assert unseal("another", "/customers", sealed) is None
    assert unseal("a session", "/calls", sealed) is None
    assert unseal("", "/customers", sealed) is None
    assert sealed.isascii()
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert seal("a session", "/customers", words) != sealed


@given(st.text(max_size=200) | st.text("AZaz09-_=", max_size=120))
def test_anything_else_opens_nothing(text: str) -> None:
    assert unseal("a session", "/customers", text) is None


def test_a_short_word_is_as_long_as_another() -> None:
    lengths = {len(seal("a session", "/customers", {"q": "x" * length})) for length in range(STEP - 8)}
    assert len(lengths) == 1
