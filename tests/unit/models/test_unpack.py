"""Archives that are damaged or mean harm."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.models.catalogue import Archive
from bot.models.unpack import unpack

FILES = {"model/am/final.mdl": b"weights" * 1000, "model/conf/model.conf": b"--beam=10\n"}
EVIL = ["../evil", "/etc/evil", "model/../../evil", "a\\..\\evil", "c:evil", "", "..", "x" * 300]


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename = name  # the constructor would mend it
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w:bz2") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def target(tmp_path: Path) -> Path:
    folder = tmp_path / "inside" / "target"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("mode", ["zip", "w:bz2", "w:gz", "w:xz", "w"])
def test_the_one_folder_of_an_archive_is_the_model(tmp_path: Path, mode: str) -> None:
    archive, kind = tmp_path / "archive", Archive.ZIP if mode == "zip" else Archive.TAR
    zipped(archive, FILES) if mode == "zip" else tarred(archive, FILES, mode)
    folder = unpack(archive, kind, target(tmp_path), most_bytes=10_000)
    assert folder.name == "model"
    assert {f"model/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.*")} == FILES


def test_files_without_a_folder_stay_where_they_are(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"tokens.txt": b"x", "model.onnx": b"y"})
    folder = target(tmp_path)
    assert unpack(archive, Archive.ZIP, folder, most_bytes=10) == folder


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("kind", [Archive.ZIP, Archive.TAR])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, kind: Archive) -> None:
    files = {"model/fine": b"fine", name: b"evil"}
    archive = (zipped if kind is Archive.ZIP else tarred)(tmp_path / "archive", files)
    with pytest.raises(ModelError, match=r"leads elsewhere|no plain file"):
        unpack(archive, kind, target(tmp_path), most_bytes=1000)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_links_or_devices_is_refused(tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as packed:
        info = tarfile.TarInfo("model/link")
        info.type, info.linkname = kind, "/etc/passwd"
        packed.addfile(info)
    with pytest.raises(ModelError, match="no plain file"):
        unpack(archive, Archive.TAR, target(tmp_path), most_bytes=1000)


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        info = zipfile.ZipInfo("model/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(ModelError, match="no plain file"):
        unpack(archive, Archive.ZIP, target(tmp_path), most_bytes=1000)


@pytest.mark.parametrize("kind", [Archive.ZIP, Archive.TAR])
def test_a_bomb_is_stopped_by_what_comes_out(tmp_path: Path, kind: Archive) -> None:
    files = {"model/bomb": bytes(5_000_000)}
    archive = (zipped if kind is Archive.ZIP else tarred)(tmp_path / "archive", files)
    assert archive.stat().st_size < 10_000
    with pytest.raises(ModelError, match="more than is expected"):
        unpack(archive, kind, target(tmp_path), most_bytes=2_000_000)
    assert sum(path.stat().st_size for path in tmp_path.rglob("bomb")) <= 2_000_000


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"model/A": b"1", "model/a": b"2"})
    with pytest.raises(ModelError, match="twice"):
        unpack(archive, Archive.ZIP, target(tmp_path), most_bytes=1000)


@pytest.mark.parametrize("kind", [Archive.ZIP, Archive.TAR])
def test_a_cut_or_foreign_archive_is_told(tmp_path: Path, kind: Archive) -> None:
    archive = (zipped if kind is Archive.ZIP else tarred)(tmp_path / "archive", FILES)
    whole = archive.read_bytes()
    for number, content in enumerate((b"", b"<html>no such file</html>", whole[: len(whole) // 2])):
        archive.write_bytes(content)
        folder = target(tmp_path / str(number))
        with pytest.raises(ModelError, match="damaged or no"):
            unpack(archive, kind, folder, most_bytes=100_000)


@given(
    st.binary(max_size=200), st.sampled_from([Archive.ZIP, Archive.TAR]), st.integers(0, 150), st.booleans()
)
def test_no_damage_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, kind: Archive, at: int, inside: bool
) -> None:
    tmp_path = tmp_path_factory.mktemp("damaged")
    archive = (zipped if kind is Archive.ZIP else tarred)(tmp_path / "archive", FILES)
    content = archive.read_bytes()
    archive.write_bytes(content[:at] + junk + content[at + len(junk) :] if inside else junk)
    with suppress(ModelError):
        unpack(archive, kind, target(tmp_path), most_bytes=100_000)
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "inside"}
    assert [path.name for path in (tmp_path / "inside").iterdir()] in (["target"], ["model"])
