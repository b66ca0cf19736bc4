"""Sealing what is there: all of it, again with another key, and on from where a kill left it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.recording.keys import KeyRing
from campaigns.errors import ConflictError, SealError, SettingsError, StoreError
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.database import Database
from campaigns.store.models import AuditEntry, Customer, PhoneNumber, TurnRecord
from campaigns.store.sealed import sealing
from campaigns.store.sealed.gate import Opening
from campaigns.store.sealed.sealing import seal, unseal
from campaigns.store.sealed.standing import standing_of
from tests.integration.console.world import NAMES, fill
from tests.integration.sealed.sealing_world import (
    BOTH,
    FIRST,
    NEW,
    OLD,
    address,
    contents,
    known,
    opened,
    raw_bytes,
    seen_in,
)
from tests.integration.store.rows import AT

PERSONAL = ("customer.name", "phone_number.e164", "turn.text", "message.body", "audit_entry.reason")


def filled(database: Database) -> dict[str, list[object]]:
    fill(database)
    with database.transaction() as session:
        deed = Deed(
            "customers.suppressed", "customer", "C1", after={"bar": "x"}, reason=f"{NAMES[0]}来电要求"
        )
        record(session, Actor(None, "wang", "session", "10.0.0.7"), deed, AT)
        if not database.is_sqlite:
            session.execute(text("ANALYZE"))
    return contents(database)


def test_sealed_and_sealed_anew_and_unsealed(database: Database) -> None:
    before = filled(database)
    wanted = known(before, *PERSONAL)
    assert seen_in(raw_bytes(database), wanted) == wanted
    url = address(database)
    steps: list[tuple[int, int]] = []
    rows = seal(url, FIRST, AT, lambda done, total: steps.append((done, total)))
    assert rows > 30
    assert steps[-1] == (rows, rows)
    sealed = Database(url, keys=FIRST)
    assert contents(sealed) == before
    assert seen_in(raw_bytes(sealed), wanted) == set()
    assert seal(url, FIRST, AT) == 0
    assert seal(url, BOTH, AT) == rows
    anew = Database(url, keys=KeyRing((NEW,)))  # the old key is of no more use
    assert contents(anew) == before
    assert seen_in(raw_bytes(anew), wanted) == set()
    assert unseal(url, KeyRing((NEW,)), AT) == rows
    clear = Database(url)
    assert contents(clear) == before
    clear.close()
    assert unseal(url, FIRST, AT) == 0


def test_the_audit_log_is_append_only_after_as_before(sqlite_database: Database) -> None:
    filled(sqlite_database)
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    sealed = opened(sqlite_database, FIRST)
    with pytest.raises(StoreError, match="append-only"), sealed.transaction() as session:
        session.scalars(select(AuditEntry)).all()[0].reason = "nothing"
    sealed.close()


def test_values_are_found_joined_and_unique_as_before(sqlite_database: Database) -> None:
    filled(sqlite_database)
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    sealed = opened(sqlite_database, FIRST)
    with sealed.transaction() as session:
        one = session.scalars(select(Customer).where(Customer.name == NAMES[2])).one()
        number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == one.id)).one()
        assert session.scalars(select(PhoneNumber.id).where(PhoneNumber.e164 == number.e164)).all() == [
            number.id
        ]
        customer_id, e164 = one.id, number.e164
    with pytest.raises(StoreError), sealed.transaction() as session:
        session.add(PhoneNumber(customer_id=customer_id, e164=e164))
    sealed.close()


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from bot.recording.keys import Key, KeyRing
from campaigns.store.sealed import sealing
sealing.BATCH = 3
left = int(sys.argv[2])
def progress(done, total):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
sealing.seal(sys.argv[1], KeyRing((Key(b"o" * 32),)), datetime.now(UTC), progress)
"""


def test_one_that_was_killed_opens_to_nobody_and_goes_on(sqlite_database: Database) -> None:
    before = filled(sqlite_database)
    sqlite_database.close()
    url = address(sqlite_database)
    arguments = [sys.executable, "-c", KILLED, url, "2"]
    done = subprocess.run(arguments, cwd=Path(__file__).parents[3], env=os.environ, check=False)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    for keys in (KeyRing(), FIRST):
        with pytest.raises(SealError, match="half sealed; run 'xiaorong database seal'"):
            opened(sqlite_database, keys).check()
    looked = Database(url, opening=Opening.LOOK)
    found = standing_of(looked)
    looked.close()
    assert found is not None
    assert (found.state, found.key_id) == ("sealing", OLD.id.hex())
    with pytest.raises(SealError, match="not at hand"):
        seal(url, KeyRing((NEW,)), AT)  # part of it could not be read
    assert seal(url, BOTH, AT) > 0  # from the beginning: there is a newer key now
    sealed = opened(sqlite_database, BOTH)
    assert contents(sealed) == before
    assert seen_in(raw_bytes(sealed), known(before, *PERSONAL)) == set()


def test_one_that_was_killed_goes_on_from_its_place(sqlite_database: Database) -> None:
    before = filled(sqlite_database)
    sqlite_database.close()
    url = address(sqlite_database)

    class KilledError(Exception):
        """In place of a kill."""

    def die(done: int, _total: int) -> None:
        if done > 20:
            raise KilledError

    with pytest.raises(KilledError):
        seal(url, FIRST, AT, die)
    rest = seal(url, FIRST, AT)
    sealed = opened(sqlite_database, FIRST)
    assert contents(sealed) == before
    sealed.close()
    assert 0 < rest < seal(url, BOTH, AT)


def test_one_that_was_killed_before_it_was_cleaned_is_cleaned(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled(sqlite_database)
    sqlite_database.close()
    url = address(sqlite_database)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "clean", lambda _connection, _tables: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            seal(url, FIRST, AT)
    assert seal(url, FIRST, AT) == 0
    sealed = opened(sqlite_database, FIRST)
    assert contents(sealed) == before
    assert seen_in(raw_bytes(sealed), known(before, *PERSONAL)) == set()


def test_half_of_it_sealed_can_be_unsealed(sqlite_database: Database) -> None:
    before = filled(sqlite_database)
    sqlite_database.close()
    url = address(sqlite_database)

    def die(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal(url, FIRST, AT, die)
    unseal(url, FIRST, AT)
    clear = Database(url)
    assert contents(clear) == before
    clear.close()


def test_nobody_is_sealed_under_somebody_who_is_there(database: Database) -> None:
    filled(database)  # its connections stay open
    for change in (seal, unseal):
        with pytest.raises(ConflictError, match="is in use: stop 'xiaorong serve'"):
            change(address(database), FIRST, AT)
    assert len(contents(database)["customer.name"]) == len(NAMES)
    database.close()
    seal(address(database), FIRST, AT)
    with pytest.raises(SealError, match="not at hand"):
        database.check()  # it comes back, and does not write in the clear


@pytest.mark.external
def test_nobody_comes_in_while_it_is_sealed(postgres_database: Database) -> None:
    filled(postgres_database)
    postgres_database.close()
    url = address(postgres_database)

    def look(_done: int, _total: int) -> None:
        with pytest.raises(SealError, match="is being sealed") as told:
            Database(url, keys=FIRST).check()
        assert told.value.transient

    assert seal(url, FIRST, AT, look) > 0


@pytest.mark.parametrize(
    ("keys", "error", "told"),
    [
        (KeyRing(), SealError, "sealed with the key .* not at hand: name its file as database_key_file"),
        (KeyRing((NEW,)), SealError, "not at hand"),
    ],
)
def test_the_wrong_key_opens_nothing(
    sqlite_database: Database, keys: KeyRing, error: type[Exception], told: str
) -> None:
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    with pytest.raises(error, match=told):
        opened(sqlite_database, keys).check()
    with pytest.raises(error, match=told):
        unseal(address(sqlite_database), keys, AT)


def test_a_key_and_a_database_that_is_not_sealed(sqlite_database: Database) -> None:
    with pytest.raises(SettingsError, match=r"is not sealed.*run 'xiaorong database seal'"):
        opened(sqlite_database, FIRST).check()
    with pytest.raises(SealError, match="no key to seal with"):
        seal(address(sqlite_database), KeyRing(), AT)


def test_a_check_value_of_another_database_is_noticed(sqlite_database: Database) -> None:
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    forged = opened(sqlite_database, FIRST)
    with forged.transaction() as session:
        session.execute(text("UPDATE sealing SET key_id = :key"), {"key": NEW.id.hex()})
    forged.close()
    with pytest.raises(SealError, match="changed from outside"):
        opened(sqlite_database, BOTH).check()


def test_a_sentence_that_was_swapped_with_a_name_is_not_read(sqlite_database: Database) -> None:
    filled(sqlite_database)
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    sealed = opened(sqlite_database, FIRST)
    with sealed.transaction() as session:
        session.execute(text("UPDATE turn SET text = (SELECT body FROM message LIMIT 1)"))
    with pytest.raises(SealError, match="changed or moved"), sealed.reading() as session:
        session.scalars(select(TurnRecord)).all()
    sealed.close()
