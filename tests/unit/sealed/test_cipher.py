"""Values sealed and opened: what comes back, what does not, and what can be seen of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.recording.keys import Key, KeyRing
from campaigns.store.sealed.cipher import ID_BYTES, MARK, Cipher, body_of
from campaigns.store.sealed.errors import ColumnError
from campaigns.store.sealed.sealer import PLAIN, Sealer, plain, unplain

OLD, NEW = Key(b"o" * 32), Key(b"n" * 32)
RING = KeyRing((OLD, NEW))
TEXTS = st.text(min_size=1)
WAYS = pytest.mark.parametrize("fixed", [True, False])


def sealed(sealer: Sealer, label: str, text: str, *, fixed: bool) -> str:
    return sealer.fixed(label, text) if fixed else sealer.free(label, text)


@WAYS
@given(text=TEXTS)
def test_what_is_sealed_comes_back_and_is_not_to_be_seen(fixed: bool, text: str) -> None:
    sealer = Sealer(RING, NEW)
    stored = sealed(sealer, "t.c", text, fixed=fixed)
    assert stored.startswith(MARK)
    assert stored.isascii()
    assert sealer.open("t.c", stored, fixed=fixed) == text
    assert Sealer(RING, OLD).open("t.c", stored, fixed=fixed) == text  # by a key that is not written with
    assert len(text) < 4 or text.encode() not in (body_of(stored) or b"")


@given(text=TEXTS, other=TEXTS)
def test_fixed_values_are_equal_when_their_texts_are_and_free_ones_never(text: str, other: str) -> None:
    sealer = Sealer(RING, NEW)
    assert (sealer.fixed("number", text) == sealer.fixed("number", other)) == (text == other)
    assert sealer.fixed("number", text) != sealer.fixed("name", text)
    assert sealer.free("t.c", text) != sealer.free("t.c", text)


@WAYS
@given(text=TEXTS, place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_value_that_was_changed_does_not_open(fixed: bool, text: str, place: int, bit: int) -> None:
    sealer = Sealer(RING, NEW)
    body = bytearray(body_of(sealed(sealer, "t.c", text, fixed=fixed)) or b"")
    cipher = Cipher(NEW)
    rest = body[ID_BYTES:]
    rest[place % len(rest)] ^= 1 << bit
    with pytest.raises(ValueError, match="changed or moved"):
        (cipher.open_fixed if fixed else cipher.open_free)("t.c", bytes(rest))


@WAYS
def test_a_value_opens_under_its_own_label_and_way_alone(fixed: bool) -> None:
    sealer = Sealer(RING, NEW)
    stored = sealed(sealer, "t.c", "+8615400000001", fixed=fixed)
    for label, way in (("t.d", fixed), ("t.c", not fixed)):
        with pytest.raises(ColumnError, match="changed or moved"):
            sealer.open(label, stored, fixed=way)


@WAYS
def test_another_key_says_which_one_is_wanted(fixed: bool) -> None:
    stored = sealed(Sealer(RING, OLD), "t.c", "张伟", fixed=fixed)
    with pytest.raises(ColumnError, match=OLD.id.hex()):
        Sealer(KeyRing((NEW,)), NEW).open("t.c", stored, fixed=fixed)


def test_a_clear_value_in_a_sealed_column_is_refused_unless_sealing_is_on() -> None:
    with pytest.raises(ColumnError, match="put there from outside"):
        Sealer(RING, NEW).open("t.c", "张伟", fixed=True)
    assert Sealer(RING, NEW, mixed=True).open("t.c", "张伟", fixed=True) == "张伟"


@given(text=TEXTS)
def test_without_a_key_every_text_comes_back_even_one_that_looks_sealed(text: str) -> None:
    looks = Cipher(NEW).fixed("t.c", text)
    for value in (text, looks, MARK + text, PLAIN + text, PLAIN + looks):
        assert unplain("t.c", plain(value)) == value
    mixed = Sealer(RING, NEW, mixed=True)
    assert mixed.open("t.c", plain(looks), fixed=True) == looks  # somebody sent it as a message, say
    with pytest.raises(ColumnError, match="no key is at hand"):
        unplain("t.c", looks)


def test_the_empty_text_stays() -> None:
    sealer = Sealer(RING, NEW)
    assert (sealer.fixed("t.c", ""), sealer.free("t.c", ""), sealer.open("t.c", "", fixed=True)) == (
        "",
        "",
        "",
    )


def test_keys_have_checks_and_blind_values_of_their_own() -> None:
    one, two = Cipher(OLD), Cipher(NEW)
    assert one.check != two.check
    assert one.check == Cipher(OLD).check
    assert one.blind("name 2", "欧阳") == one.blind("name 2", "欧阳") != two.blind("name 2", "欧阳")
    assert one.blind("name 2", "欧阳") != one.blind("name 1", "欧阳")
    assert -(2**63) <= one.blind("name 2", "欧阳") < 2**63
