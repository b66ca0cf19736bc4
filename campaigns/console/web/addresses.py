"""Addresses as browsers, and whoever acts as one, send them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

_NONE = SplitResult("", "", "", "", "")


def split(address: str) -> SplitResult:
    """Its parts; all of them empty where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return _NONE
