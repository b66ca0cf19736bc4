"""The pages there are: every module of ``campaigns.console.pages`` is one, and names it PAGE."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from campaigns.console import jobs, pages
from campaigns.console.access.permissions import Permissions
from campaigns.console.job import JobKind
from campaigns.console.page import MenuEntry, Open, Page
from campaigns.errors import SettingsError


@cache
def all_pages() -> tuple[Page, ...]:
    """Every page, in the order of the modules' names. Raises SettingsError for a module without one."""
    return tuple(_pages())


def _pages() -> Iterator[Page]:
    for module in walk_packages(pages.__path__, f"{pages.__name__}."):
        if module.ispkg:
            continue
        page = getattr(import_module(module.name), "PAGE", None)
        if not isinstance(page, Page):
            raise SettingsError(f"{module.name} is no page: it names no PAGE")
        yield page


def menu(permissions: Permissions) -> tuple[MenuEntry, ...]:
    """All entries of the navigation, in order. Raises SettingsError for an action that nobody has."""
    check_actions(permissions)
    entries = [entry for page in all_pages() for entry in page.menu]
    return tuple(sorted(entries, key=lambda entry: (entry.section, entry.order, entry.path)))


def check_actions(permissions: Permissions) -> None:
    """Every action that is asked for stands in the table. Raises SettingsError."""
    for page in all_pages():
        asked = [route.asks for route in page.routes] + [entry.asks for entry in page.menu]
        for action in asked:
            if not isinstance(action, Open) and action not in permissions:
                raise SettingsError(f"a page asks for {action!r}, which permissions.yaml lacks")


@cache
def job_kinds() -> dict[str, JobKind]:
    """The kinds of jobs by name: every module of ``campaigns.console.jobs`` names one JOB."""
    kinds: dict[str, JobKind] = {}
    for module in walk_packages(jobs.__path__, f"{jobs.__name__}."):
        kind = getattr(import_module(module.name), "JOB", None)
        if not isinstance(kind, JobKind):
            raise SettingsError(f"{module.name} is no job: it names no JOB")
        kinds[kind.name] = kind
    return kinds
