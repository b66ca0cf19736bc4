"""Fetching from a real server on this machine, which misbehaves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.errors import ModelError
from bot.models import download as module
from bot.models.download import TRIES, TRIES_TO_CONNECT, Download
from tests.unit.models.server import Site, serving

CONTENT = random.Random(5).randbytes(300_000)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


class Fetching:
    """A download of ``site`` with a record of what it told."""

    def __init__(self, site: Site, part: Path, client: httpx.Client, **options: object) -> None:
        self.part, self.told, self.slept = part, list[tuple[int, int | None]](), list[float]()
        arguments: dict[str, object] = {"size": len(CONTENT), "checked": True, **options}
        self.download = Download(
            site.url,
            part,
            client=client,
            progress=lambda done, total: self.told.append((done, total)),
            sleep=self.slept.append,
            **arguments,  # type: ignore[arg-type]
        )

    def run(self) -> bytes:
        self.download.run()
        return self.part.read_bytes()


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "model.part"


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_file_is_fetched_whole(client: httpx.Client, part: Path, size: int | None) -> None:
    with serving(Site(CONTENT)) as site:
        fetching = Fetching(site, part, client, size=size)
        assert fetching.run() == CONTENT
    assert fetching.told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in fetching.told] == sorted(done for done, _ in fetching.told)
    assert not fetching.slept


def test_cut_connections_are_gone_on_with(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT, cuts=[100_000, 50_000, 1, 0, 0, None])) as site:
        fetching = Fetching(site, part, client)
        assert fetching.run() == CONTENT
    assert site.asked == [None, "bytes=100000-", "bytes=150000-", *["bytes=150001-"] * 3]
    assert len(fetching.slept) == 5


def test_a_second_run_goes_on_and_a_third_has_nothing_to_do(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT, cuts=[200_000, *[0] * TRIES])) as site:
        with pytest.raises(ModelError, match=r"200,000 bytes are kept, and fetching again goes on"):
            Fetching(site, part, client).run()
        assert Fetching(site, part, client).run() == CONTENT
        asked = len(site.asked)
        assert Fetching(site, part, client).run() == CONTENT
    assert site.asked[-1] == "bytes=200000-"
    assert len(site.asked) == asked


def test_a_beginning_from_elsewhere_counts_only_when_the_whole_is_checked(
    client: httpx.Client, part: Path
) -> None:
    part.write_bytes(CONTENT[:1000])
    with serving(Site(CONTENT)) as site:
        assert Fetching(site, part, client).run() == CONTENT
        part.write_bytes(CONTENT[:1000])
        part.with_name("model.part.json").write_text('{"url": "elsewhere", "tag": "\\"one\\""}')
        assert Fetching(site, part, client, checked=False).run() == CONTENT
    assert site.asked == ["bytes=1000-", None]


def test_a_file_that_changed_is_fetched_anew(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT[::-1], tag='"old"', cuts=[90_000, *[0] * TRIES])) as site:
        with pytest.raises(ModelError):
            Fetching(site, part, client, checked=False).run()
        site.content, site.tag, site.cuts = CONTENT, '"new"', []
        assert Fetching(site, part, client, checked=False).run() == CONTENT


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_tag_an_unchecked_file_is_begun_anew(
    client: httpx.Client, part: Path, tag: str | None
) -> None:
    with serving(Site(CONTENT, tag=tag, cuts=[100_000, None])) as site:
        assert Fetching(site, part, client, checked=False).run() == CONTENT
    assert site.asked == [None, None]


def test_a_server_without_ranges_sends_all_again(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT, ranges=False, cuts=[100_000, None])) as site:
        assert Fetching(site, part, client).run() == CONTENT


def test_a_server_that_sends_another_part_is_not_believed(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT, wrong_range=True, cuts=[100_000, None])) as site:
        assert Fetching(site, part, client).run() == CONTENT
    assert site.asked == [None, "bytes=100000-", None]


def test_a_beginning_longer_than_the_file_is_thrown_away(client: httpx.Client, part: Path) -> None:
    part.write_bytes(CONTENT + b"more")
    with serving(Site(CONTENT)) as site:
        assert Fetching(site, part, client).run() == CONTENT
        part.write_bytes(CONTENT + b"more")
        assert Fetching(site, part, client, size=None).run() == CONTENT
    assert site.asked == [None, f"bytes={len(CONTENT) + 4}-", None]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("size", "word"), [(len(CONTENT) - 1, "more than"), (len(CONTENT) + 1, "should have")]
)
def test_a_file_of_another_size_is_not_used(
    client: httpx.Client, part: Path, size: int, word: str, chunked: bool
) -> None:
    with serving(Site(CONTENT, chunked=chunked)) as site, pytest.raises(ModelError, match=word):
        Fetching(site, part, client, size=size).run()
    assert not part.exists()


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "there is no"), (410, "there is no"), (403, "refused with 403"), (401, "refused")],
)
def test_what_the_server_does_not_give_is_told(
    client: httpx.Client, part: Path, status: int, reason: str
) -> None:
    with serving(Site(CONTENT, status=status)) as site, pytest.raises(ModelError, match=reason) as caught:
        Fetching(site, part, client).run()
    assert "--mirror and --from" in str(caught.value)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_asked_again_and_then_no_more(
    client: httpx.Client, part: Path, status: int
) -> None:
    with serving(Site(CONTENT, status=status)) as site, pytest.raises(ModelError, match=f"answers {status}"):
        Fetching(site, part, client).run()
    assert len(site.asked) == TRIES


def test_a_move_is_followed(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT, redirect="/elsewhere/moved")) as site:
        assert Fetching(site, part, client).run() == CONTENT


def test_no_network_is_told_soon(client: httpx.Client, part: Path) -> None:
    with serving(Site(CONTENT)) as site:
        pass  # nobody listens there any more
    fetching = Fetching(site, part, client)
    with pytest.raises(ModelError, match="is there a network") as caught:
        fetching.run()
    assert len(fetching.slept) == TRIES_TO_CONNECT - 1
    assert "kept" not in str(caught.value)


def test_a_server_that_falls_silent_is_left(
    client: httpx.Client, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", httpx.Timeout(0.01, connect=30.0))
    monkeypatch.setattr(module, "TRIES", 1)
    with serving(Site(CONTENT, silent_after=0)) as site, pytest.raises(ModelError, match="timed out"):
        Fetching(site, part, client).run()


def test_a_full_disk_is_told(client: httpx.Client, part: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    part.symlink_to("/dev/full")
    with serving(Site(CONTENT)) as site, pytest.raises(ModelError, match=r"is full: free some space"):
        Fetching(site, part, client).run()
