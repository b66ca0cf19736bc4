"""Versions of the scripts as one value: what they are told apart by, and what may be in one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.bundle import MOST_BYTES, Bundle, read_bundle, unpack
from bot.errors import DataFileError

FILES = st.dictionaries(st.from_regex(r"(flows|prompts|tests)/[a-z]{1,8}\.yml", fullmatch=True), st.binary())


@given(files=FILES)
def test_what_is_packed_comes_out_again_and_always_packs_alike(files: dict[str, bytes]) -> None:
    bundle = Bundle(files)
    again = unpack(bundle.packed())
    assert again.files == files
    assert (again.digest, again.packed()) == (bundle.digest, bundle.packed())
    assert bundle.changes_since(again) == []


@given(files=FILES, name=st.sampled_from(["flows/x.yml", "nlu.yml"]))
def test_a_file_that_shapes_a_call_makes_another_version(files: dict[str, bytes], name: str) -> None:
    one, other = Bundle({**files, name: b"1"}), Bundle({**files, name: b"2"})
    assert one.digest != other.digest
    assert one.shape != other.shape


def test_a_test_or_a_persona_shapes_no_call() -> None:
    tested, acted = Bundle({"a.yml": b"", "tests/a.yml": b"1"}), Bundle({"a.yml": b"", "personas/b.yml": b""})
    assert tested.digest != acted.digest
    assert tested.shape == acted.shape


def test_changes_are_told_by_file_and_line() -> None:
    older, newer = Bundle({"a.yml": b"x: 1\ny: 2\n", "b.yml": b"z\n"}), Bundle({"a.yml": b"x: 1\ny: 3\n"})
    first, second = newer.changes_since(older)
    assert (first.name, first.added, first.removed) == ("a.yml", 1, 1)
    assert first.lines[-2:] == ("-y: 2", "+y: 3")
    assert (second.name, second.added, second.removed) == ("b.yml", 0, 1)


@pytest.mark.parametrize(
    "name", ["../a.yml", "/etc/a.yml", "a/../b.yml", "a.py", "a\\b.yml", "x/" * 9 + "a.yml"]
)
def test_what_would_lie_elsewhere_is_refused(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, b"")
    with pytest.raises(DataFileError):
        unpack(out.getvalue())


def test_what_would_unpack_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.yml", b"\0" * (MOST_BYTES + 1))
    with pytest.raises(DataFileError):
        unpack(out.getvalue())
    with pytest.raises(DataFileError):
        unpack(b"no archive")


def test_it_is_written_and_read_again(tmp_path: Path) -> None:
    bundle = Bundle({"flows/a.yml": b"a", "nlu.yml": b"b"})
    bundle.write(tmp_path)
    (tmp_path / "notes.txt").write_text("not of it")
    assert read_bundle(tmp_path) == bundle
