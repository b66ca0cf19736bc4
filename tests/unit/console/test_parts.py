"""Small parts: private values, waits, addresses to go on to, events, settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment

from campaigns.console.access.passwords import check_new_password
from campaigns.console.access.secrets import (
    csrf_token,
    fingerprint,
    is_csrf_token,
    new_api_key,
    new_token,
    same,
)
from campaigns.console.pages.sign_in import own_path
from campaigns.console.settings import console_settings
from campaigns.console.web.recent import Recent
from campaigns.console.web.streams import _events, event
from campaigns.errors import ConflictError, SettingsError
from campaigns.private import Private, PrivateKind
from campaigns.settings import Settings
from campaigns.store.console.throttle import Backoff


@given(st.text(min_size=1), st.sampled_from(list(PrivateKind)))
def test_a_private_value_never_shows_itself(value: str, kind: PrivateKind) -> None:
    hidden = Private(kind, f"secret{value}secret")
    shown = [str(hidden), repr(hidden), f"{hidden}", f"{hidden:>40}", "%s" % hidden]  # noqa: UP031
    shown.append(Environment(autoescape=True).from_string("{{ value }}").render(value=hidden))
    shown.append(str([hidden]))
    assert not any(hidden.value in each for each in shown)


@given(st.integers(0, 200))
def test_waits_grow_to_a_bound_and_the_first_failures_are_free(failures: int) -> None:
    backoff = Backoff(free=3, first=timedelta(seconds=10), longest=timedelta(minutes=5))
    wait = backoff.wait(failures)
    assert wait <= backoff.wait(failures + 1) <= timedelta(minutes=5)
    assert (wait == timedelta(0)) == (failures <= 3)


@example("//[")
@example("http://[::bad")
@given(st.text(max_size=60) | st.from_regex(r"[/\\]{0,3}[a-z.:@]{0,9}[/\\]?.{0,9}", fullmatch=True))
def test_after_signing_in_one_goes_nowhere_else(target: str) -> None:
    path = own_path(target)
    parts = urlsplit(path)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


@pytest.mark.parametrize("path", ["/customers?q=x", "/campaigns/march", "/"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


@given(st.text())
def test_text_never_ends_an_event(text: str) -> None:
    sent = event(text)
    assert sent.endswith("\n\n")
    lines = sent[:-2].split("\n")
    assert all(line.startswith("data: ") and "\r" not in line for line in lines)
    assert "\n".join(line[6:] for line in lines) == text.replace("\r\n", "\n").replace("\r", "\n")


async def test_a_stream_sends_what_changed_and_says_when_it_is_over() -> None:
    looks = iter(["one", "one", "two", None])
    sent = [each async for each in _events(lambda: next(looks), 0.0)]
    assert sent == ["data: one\n\n", "data: two\n\n", "event: over\ndata: .\n\n"]


def test_tokens_differ_and_belong_to_their_cookie() -> None:
    one, other = new_token(), new_token()
    assert len({one, other, new_api_key(), fingerprint(one), csrf_token(one), csrf_token(other)}) == 6
    assert csrf_token(one) != csrf_token(one)
    assert is_csrf_token(one, csrf_token(one))
    assert not is_csrf_token(one, csrf_token(other))
    for wrong in ("", "ü", "00", "00" * 64, csrf_token(one)[:-2], csrf_token(one) + "00"):
        assert not is_csrf_token(one, wrong)
    assert same(fingerprint(one), fingerprint(one))
    assert not same(fingerprint(one), "ü")


@pytest.mark.parametrize("password", ["short", "a" * 20, "abababababababab", "mr quality 2026", "x" * 300])
def test_passwords_that_are_not_taken(password: str) -> None:
    with pytest.raises(ConflictError):
        check_new_password(password, "quality")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("trusted_proxies", ["not a network"]),
        ("public_url", "console.example"),
        ("public_url", "https://console.example/deep"),
        ("port", 70000),
        ("prot", 8080),
    ],
)
def test_a_wrong_setting_is_named(key: str, value: object) -> None:
    settings = Settings.model_construct(home=Path("lender"), console={key: value})
    with pytest.raises(SettingsError, match=f"lender/settings.toml: console.{key}"):
        console_settings(settings)


def test_names_that_are_answered_to() -> None:
    settings = Settings.model_construct(
        console={"public_url": "https://console.example", "host": "0.0.0.0", "hosts": ["calls.example"]}  # noqa: S104
    )
    console = console_settings(settings)
    assert set(console.allowed_hosts) == {
        "localhost", "127.0.0.1", "[::1]", "calls.example", "console.example",
    }  # fmt: skip
    assert console.address() == "https://console.example"


def test_what_many_watch_is_made_once_a_while() -> None:
    clock, made = [0.0], []
    recent = Recent(lambda: clock[0])

    def make() -> int:
        made.append(clock[0])
        return len(made)

    assert [recent.get("a", 2, make) for _ in range(3)] == [1, 1, 1]
    clock[0] = 2.0
    assert recent.get("a", 2, make) == 2
    assert recent.get("b", 2, make) == 3
    with pytest.raises(ZeroDivisionError):
        recent.get("c", 2, lambda: 1 // 0)
    assert recent.get("c", 2, make) == 4
