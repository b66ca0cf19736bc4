"""Where events may go: https and the public network, unless the installation means otherwise."""

from __future__ import annotations

import pytest

from campaigns.errors import ConflictError, SettingsError
from campaigns.outcomes.addresses import address_for, check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://events.example.com/x",
        "https://events.example.com:8443/x?y=1",
        "http://localhost:8000/x",
        "http://127.0.0.1/x",
        "http://[::1]:9/x",
    ],
)
def test_good_addresses(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://events.example.com/x",
        "http://127.0.0.1.example.com/x",
        "ftp://example.com",
        "https://user:secret@example.com/x",
        "https://example.com/#x",
        "https:///x",
        "https://[::1",
        "https://example.com:99999/",
        "events.example.com",
        "https://例え.jp/x",
        "https://example.com/" + "x" * 2000,
        "",
    ],
)
def test_wrong_addresses_are_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ConflictError) as error:
        check_url(url)
    assert "secret" not in str(error.value)


def resolver(*addresses: str):  # type: ignore[no-untyped-def]
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


@pytest.mark.parametrize(
    ("addresses", "private", "allowed"),
    [
        (["93.184.216.34"], False, True),
        (["2606:2800:220:1::1"], False, True),
        (["10.0.0.5"], False, False),
        (["10.0.0.5"], True, True),
        (["fd00::5"], True, True),
        (["93.184.216.34", "10.0.0.5"], False, False),
        (["127.0.0.1"], True, False),
        (["169.254.169.254"], True, False),
        (["::ffff:127.0.0.1"], True, False),
        (["::ffff:10.0.0.5"], False, False),
        (["0.0.0.0"], True, False),  # noqa: S104
        (["224.0.0.1"], True, False),
        (["::1"], False, False),
    ],
)
async def test_a_name_leads_only_where_it_may(addresses: list[str], private: bool, allowed: bool) -> None:
    asked = address_for("https://e.example/x", private=private, resolve=resolver(*addresses))
    if allowed:
        assert await asked == addresses[0]
    else:
        with pytest.raises(SettingsError):
            await asked


async def test_this_machine_is_reached_by_its_own_name_alone() -> None:
    assert await address_for("http://localhost:1/x", private=True, resolve=resolver("127.0.0.1"))
    with pytest.raises(SettingsError, match="webhook_private_addresses"):
        await address_for("http://localhost:1/x", private=False, resolve=resolver("127.0.0.1"))
    with pytest.raises(SettingsError):
        await address_for("http://localhost:1/x", private=True, resolve=resolver("10.0.0.5"))
    with pytest.raises(OSError, match="no address"):
        await address_for("https://e.example/x", private=True, resolve=resolver())
