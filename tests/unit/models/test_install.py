"""Installing: what is right takes its place at once, what is wrong leaves it as it was."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.errors import DataFileError, ModelError
from bot.models.catalogue import Archive, Catalogue, Entry, Kind
from bot.models.install import install
from bot.models.origin import Local, Mirror, Origin, Publisher, Trust
from bot.models.store import RECORD, Installed, Missing, ModelStore, Wrong, find_model
from tests.unit.models.server import Site, serving

FILES = {
    "am/final.mdl": b"weights" * 1000,
    "conf/model.conf": b"--beam=10\n",
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "graph/words.txt": b"<eps> 0\n",
    "graph/HCLr.fst": b"h",
    "graph/Gr.fst": b"g",
    "graph/disambig_tid.int": b"1\n",
}


def zipped(files: dict[str, bytes] = FILES) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"vosk-tiny/{name}", data)
    return content.getvalue()


ARCHIVE = zipped()
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()


def entry(url: str = "http://127.0.0.1:9/none.zip", **changes: object) -> Entry:
    fields: dict[str, object] = {
        "id": "vosk-tiny", "kind": "asr", "engine": "vosk", "language": "zh", "about": "tiny", "url": url,
        "size": len(ARCHIVE), "sha256": SHA256, "archive": "zip", "unpacked": 100_000, "licence": "none",
        "without": "nothing",
    }  # fmt: skip
    return Entry.model_validate(fields | changes)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


class Installer:
    def __init__(self, store: ModelStore, client: httpx.Client) -> None:
        self.store, self.client = store, client

    def __call__(self, wanted: Entry, origin: Origin | None = None, trust: Trust | None = None) -> Installed:
        return install(
            self.store,
            wanted,
            origin=origin or Publisher(),
            trust=trust or Trust(),
            client=self.client,
            progress=lambda _done, _total: None,
        )


@pytest.fixture
def installing(store: ModelStore, client: httpx.Client) -> Installer:
    return Installer(store, client)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "downloads" / "vosk-tiny.zip"
    path.parent.mkdir()
    path.write_bytes(ARCHIVE)
    return path


def left(store: ModelStore) -> set[str]:
    """What lies in the store beside its models and locks."""
    return {path.name for path in (store.folder / ".fetching").iterdir() if path.suffix != ".lock"}


def test_a_model_is_fetched_checked_and_put_in_its_place(store: ModelStore, installing: Installer) -> None:
    assert store.state(entry()) == Missing()
    with serving(Site(ARCHIVE, cuts=[500, None])) as site:
        installed = installing(entry(site.url))
    assert installed == Installed(store.folder / "vosk-tiny", verified=True)
    assert store.state(entry(), thorough=True) == installed
    names = {path.relative_to(installed.path).as_posix() for path in installed.path.rglob("*.*")}
    assert names == {*FILES, RECORD}
    assert left(store) == set()
    assert find_model(store.folder, "vosk-tiny") == installed.path
    assert find_model(store.folder, str(installed.path)) == installed.path


def test_a_wrong_checksum_keeps_nothing_and_the_old_model(
    store: ModelStore, installing: Installer, archive: Path
) -> None:
    installing(entry(), Local(archive))
    other = zipped(FILES | {"am/final.mdl": b"evil"})
    with serving(Site(other)) as site, pytest.raises(ModelError, match="is not what is expected"):
        installing(entry(site.url, size=None))
    assert left(store) == set()
    assert (store.folder / "vosk-tiny/am/final.mdl").read_bytes() == FILES["am/final.mdl"]
    assert isinstance(store.state(entry(), thorough=True), Installed)


def test_a_local_archive_is_left_where_it_is(store: ModelStore, installing: Installer, archive: Path) -> None:
    assert installing(entry(), Local(archive)).verified
    archive.write_bytes(ARCHIVE[:-1])
    with pytest.raises(ModelError, match="is not what is expected"):
        installing(entry(), Local(archive))
    assert archive.exists()
    with pytest.raises(ModelError, match="there is no file"):
        installing(entry(), Local(archive.with_name("none.zip")))


def test_a_mirror_is_a_file_or_a_folder(installing: Installer) -> None:
    with serving(Site(ARCHIVE)) as site:
        assert installing(entry(), Mirror(site.url)).verified
        folder = site.url.rpartition("/")[0] + "/"
        assert installing(entry("http://127.0.0.1:9/far/away.zip"), Mirror(folder)).verified
    with pytest.raises(ModelError, match="no address of a mirror"):
        installing(entry(), Mirror("/srv/models/"))


def test_without_a_checksum_the_user_must_say_so(installing: Installer, archive: Path) -> None:
    unknown = entry(sha256=None)
    with pytest.raises(ModelError, match=r"--sha256, or take it as it comes with --accept-unverified"):
        installing(unknown, Local(archive))
    assert not installing(unknown, Local(archive), Trust(unverified=True)).verified
    assert installing(unknown, Local(archive), Trust(sha256=SHA256.upper())).verified
    with pytest.raises(ModelError, match="is not what is expected"):
        installing(unknown, Local(archive), Trust(sha256="0" * 64, unverified=True))
    with pytest.raises(ModelError, match="the catalogue expects"):
        installing(entry(), Local(archive), Trust(sha256="0" * 64))


def test_a_folder_is_taken_on_the_word_of_the_user(
    store: ModelStore, installing: Installer, tmp_path: Path
) -> None:
    folder = tmp_path / "by-hand"
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as packed:
        packed.extractall(folder)
    (folder / "vosk-tiny").chmod(0o555)
    with pytest.raises(ModelError, match="a folder has no checksum"):
        installing(entry(), Local(folder / "vosk-tiny"))
    assert not installing(entry(), Local(folder / "vosk-tiny"), Trust(unverified=True)).verified
    assert not installing(entry(), Local(folder / "vosk-tiny"), Trust(unverified=True)).verified  # again
    (folder / "vosk-tiny").chmod(0o755)
    (folder / "vosk-tiny/graph/Gr.fst").unlink()
    with pytest.raises(ModelError, match=r"graph/Gr\.fst"):
        installing(entry(), Local(folder / "vosk-tiny"), Trust(unverified=True))


def test_an_archive_with_another_model_is_not_installed(store: ModelStore, installing: Installer) -> None:
    foreign = zipped({"tokens.txt": b"x 0\n"})
    with serving(Site(foreign)) as site, pytest.raises(ModelError, match="no Vosk model, or a damaged one"):
        installing(entry(site.url, size=None, sha256=hashlib.sha256(foreign).hexdigest()))
    assert store.state(entry()) == Missing()
    assert left(store) == set()


def test_more_than_is_expected_is_not_unpacked(
    store: ModelStore, installing: Installer, archive: Path
) -> None:
    with pytest.raises(ModelError, match="unpacks to more"):
        installing(entry(unpacked=1000), Local(archive))
    assert store.state(entry()) == Missing()


def test_a_plain_file_is_a_model_too(installing: Installer, tmp_path: Path) -> None:
    file = tmp_path / "vad.onnx"
    file.write_bytes(b"onnx")
    vad = entry(
        "https://example.org/vad.onnx",
        kind=Kind.VAD,
        engine="silero",
        archive=Archive.NONE,
        sha256=hashlib.sha256(b"onnx").hexdigest(),
        size=4,
    )
    assert (installing(vad, Local(file)).path / "vad.onnx").read_bytes() == b"onnx"


def test_a_disk_without_the_space_is_told_before(
    installing: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=50_000_000))
    with serving(Site(ARCHIVE)) as site, pytest.raises(ModelError, match="set models_dir"):
        installing(entry(site.url))
    assert site.asked == []


def test_a_place_that_cannot_be_written_is_told(
    store: ModelStore, installing: Installer, archive: Path
) -> None:
    store.folder.write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="vosk-tiny cannot be put into"):
        installing(entry(), Local(archive))


def test_what_a_killed_process_left_is_cleared(
    store: ModelStore, installing: Installer, archive: Path
) -> None:
    remains = store.folder / ".fetching/vosk-tiny.unpacked/model"
    remains.mkdir(parents=True)
    (remains / "half").write_text("x")
    path = installing(entry(), Local(archive)).path
    assert not (path / "half").exists()
    assert left(store) == set()


def test_two_at_once_do_not_mix(store: ModelStore, installing: Installer, archive: Path) -> None:
    lock = store.folder / ".fetching/vosk-tiny.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="already by another process"):
            installing(entry(), Local(archive))
    installing(entry(), Local(archive))


def test_what_happened_to_a_model_since_is_seen(
    store: ModelStore, installing: Installer, archive: Path
) -> None:
    path = installing(entry(), Local(archive)).path
    (path / "am/final.mdl").write_bytes(b"Weights" * 1000)
    assert isinstance(store.state(entry()), Installed)  # the size is the same
    changed = store.state(entry(), thorough=True)
    assert isinstance(changed, Wrong)
    assert "am/final.mdl was changed" in changed.reason
    (path / "am/final.mdl").write_bytes(b"short")
    cut = store.state(entry())
    assert isinstance(cut, Wrong)
    assert "another size" in cut.reason
    (path / "am/final.mdl").unlink()
    gone = store.state(entry())
    assert isinstance(gone, Wrong)
    assert "missing or empty: am/final.mdl" in gone.reason
    installing(entry(), Local(archive))
    (path / RECORD).write_text("{")
    assert isinstance(store.state(entry()), Wrong)
    (path / RECORD).unlink()
    assert store.state(entry()) == Installed(path, verified=False)  # put there by hand


def test_the_record_tells_where_a_model_came_from(installing: Installer, archive: Path) -> None:
    record = json.loads((installing(entry(), Local(archive)).path / RECORD).read_text())
    assert (record["id"], record["sha256"], record["verified"]) == ("vosk-tiny", SHA256, True)
    assert set(record["files"]) == set(FILES)


def test_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="xiaorong models list"):
        find_model(tmp_path, "vosk-model-small-cn-0.22")


def test_the_catalogue_is_sound() -> None:
    catalogue = Catalogue.load()
    assert catalogue.entry("vosk-model-small-cn-0.22").sha256 is not None
    assert catalogue.entry("vosk-model-cn-0.22").sha256 is None
    assert {entry.kind for entry in catalogue.models} == set(Kind)
    assert all(entry.url.startswith("https://") for entry in catalogue.models)
    with pytest.raises(ModelError, match="known: vosk-model-small-cn"):
        catalogue.entry("nothing")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sha256: abc", "sha256"),
        ("id: ../evil", "id"),
        ("url: ftp://example.org/x.zip", "url"),
        ("archive: rar", "archive"),
        ("size: -1", "size"),
        ("colour: red", "colour"),
    ],
)
def test_a_mistake_in_a_catalogue_is_told(tmp_path: Path, line: str, reason: str) -> None:
    fields = [*(f"{key}: {value}" for key, value in entry().model_dump(mode="json").items())]
    key = line.partition(":")[0]
    lines = [field for field in fields if not field.startswith(f"{key}:")] + [line]
    path = tmp_path / "catalogue.yaml"
    path.write_text("models:\n  - " + "\n    ".join(lines), encoding="utf-8")
    with pytest.raises(DataFileError, match=reason):
        Catalogue.load(path)


def test_a_model_stands_once_in_a_catalogue() -> None:
    with pytest.raises(ValueError, match="stands twice: vosk-tiny"):
        Catalogue(models=[entry(), entry(id="Vosk-Tiny")])
