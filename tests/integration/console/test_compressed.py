"""What is sent is compressed, and what must not be is not."""

from __future__ import annotations

import re

from campaigns.console.web.assets import asset
from tests.integration.console.world import World


def test_pages_and_files_are_compressed_where_the_browser_takes_that(world: World) -> None:
    browser = world.browser("administrator")
    for path in ("/campaigns", asset("console.css"), asset("console.js"), "/api/v1/openapi.json"):
        sent = browser.get(path, **{"accept-encoding": "gzip"})
        assert sent.headers["content-encoding"] == "gzip", path
        assert "accept-encoding" in sent.headers["vary"].lower()
        assert int(sent.headers["content-length"]) * 2 < len(sent.content)
        assert "content-encoding" not in browser.get(path, **{"accept-encoding": "identity"}).headers


def test_what_is_small_or_a_stream_is_sent_as_it_is(world: World) -> None:
    browser = world.browser("administrator")
    assert "content-encoding" not in browser.get("/healthz", **{"accept-encoding": "gzip"}).headers
    stream = browser.get("/campaigns/march/events", **{"accept-encoding": "gzip"})  # of a draft: over at once
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in stream.headers


def test_a_page_is_never_twice_alike_in_what_is_secret_and_in_its_length(world: World) -> None:
    browser = world.browser("administrator")
    pages = [browser.get("/settings/webhooks").text for _ in range(12)]
    tokens = [re.findall(r'name="csrf" value="([0-9a-f]+)"', page) for page in pages]
    assert all(len(set(each)) == 1 for each in tokens)  # one for all forms of a page
    assert len({each[0] for each in tokens}) == len(pages)
    assert len({len(page) for page in pages}) > 1
    for token in (tokens[0][0], tokens[-1][0]):  # each of them still holds
        assert browser.post("/settings/webhooks/none/remove", {"csrf": token}).status_code == 404
