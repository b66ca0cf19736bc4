"""What a page is: its routes with the action that each asks for, and its place in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from starlette.responses import Response

from campaigns.console.menu import MenuEntry
from campaigns.console.visit import Visit

__all__ = ["Handler", "MenuEntry", "Open", "Page", "PageRoute"]


class Open(Enum):
    """Routes that no action guards; each must say so."""

    PUBLIC = "public"  # for anybody
    SIGNED_IN = "signed in"  # for whoever has a session, whatever their role


Handler: TypeAlias = Callable[[Visit], Response]
"""Runs on a thread of its own."""


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One address. ``asks``: an action of permissions.yaml, or Open.

    ``program``: also for programs with a key. ``body_limit``: bytes, where the usual is too small. ``plain``:
    the body is no form, and the handler gets it as it came.
    """

    path: str
    handler: Handler
    asks: str | Open
    methods: tuple[str, ...] = ("GET",)
    program: bool = False
    body_limit: int | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what a module of ``campaigns.console.pages`` names PAGE."""

    routes: tuple[PageRoute, ...]
    menu: tuple[MenuEntry, ...] = ()
