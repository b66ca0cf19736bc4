"""Versions of the scripts, tries to sign in and filters of calls, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.errors import NotFoundError
from campaigns.store.console.call_views import Found, Wanted
from campaigns.store.console.calls import search_calls
from campaigns.store.console.throttle import Backoff, begin_try, forget_failures, take_back
from campaigns.store.database import Database
from campaigns.store.scripts import (
    content_of,
    copy_in_force,
    in_force,
    keep_version,
    publish,
    version_of_flow,
    versions,
)
from tests.integration.store.rows import AT

QUICK = Backoff(free=2, first=timedelta(seconds=30), longest=timedelta(minutes=1))


def test_the_same_content_is_one_version_and_the_last_published_is_in_force(database: Database) -> None:
    with database.transaction() as session:
        one = keep_version(session, "zh", "a" * 64, b"1", {"f": "1"}, by="x", at=AT)
        again = keep_version(session, "zh", "a" * 64, b"1", {"f": "1"}, by="y", at=AT)
        other = keep_version(session, "zh", "b" * 64, b"2", {"f": "2"}, by="y", at=AT)
        assert again == one
        assert in_force(session, "zh") is None
        for version in (one, other, one):  # within one moment of a clock that stands
            publish(session, version.id, by="z", at=AT)
            found = in_force(session, "zh")
            assert found is not None
            assert found.id == version.id
        assert [each.id for each in versions(session, "zh")] == [other.id, one.id]
        assert content_of(session, other.id) == b"2"
        assert version_of_flow(session, "zh", "f", "2") == next(iter(versions(session, "zh")))
        assert version_of_flow(session, "zh", "f", "3") is None
        assert in_force(session, "en") is None
        with pytest.raises(NotFoundError):
            publish(session, 99, by="z", at=AT)


def test_a_rehearsal_holds_its_calls_with_what_is_in_force(
    database: Database, sqlite_database: Database
) -> None:
    if database is sqlite_database:
        pytest.skip("it is copied into another database")
    with database.transaction() as session, sqlite_database.transaction() as target:
        copy_in_force(session, target, "zh")
        assert in_force(target, "zh") is None
        one = keep_version(session, "zh", "a" * 64, b"1", {"f": "1"}, by="x", at=AT)
        publish(session, one.id, by="z", at=AT)
        copy_in_force(session, target, "zh")
        found = in_force(target, "zh")
        assert found is not None
        assert (found.digest, found.published_by, content_of(target, found.id)) == ("a" * 64, "z", b"1")


def test_tries_count_before_they_are_known_to_be_failures(database: Database) -> None:
    keys = {"account:a": QUICK, "address:b": QUICK}
    with database.transaction() as session:
        assert [begin_try(session, keys, AT) for _ in range(3)] == [None] * 3
        assert begin_try(session, keys, AT) == AT + timedelta(seconds=30)
        forget_failures(session, "account:a")
        take_back(session, "address:b")
        assert begin_try(session, keys, AT) is None
        take_back(session, "address:nobody")


def test_calls_are_found_by_how_long_was_talked_and_by_grade(database: Database) -> None:
    with database.reading() as session:
        assert search_calls(session, Wanted(talk_s=30, grade="B"))[1] == Found(0)
