"""The scripts that calls are held with: those that were published, whatever lies on the disk meanwhile."""

from __future__ import annotations

import logging
import secrets
import shutil
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from bot.dialogue.bundle import Bundle, read_bundle, unpack
from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError
from bot.language import language_dir
from campaigns.errors import ConflictError
from campaigns.said import Code
from campaigns.settings import Settings
from campaigns.store.database import Database, Session
from campaigns.store.scripts import Version, content_of, in_force, keep_version, publish

log = logging.getLogger(__name__)


def scripts_in_force(settings: Settings, database: Database, at: datetime) -> Path:
    """The folder of the language as it was published last: never the one where authors write.

    Where nothing ever was, what lies on the disk is adopted: an installation begins with the scripts that it
    came with. From then on a change is heard by customers only when a second person has published it.
    Raises DataFileError, ConflictError.
    """
    folder = language_dir(settings.language)
    there = read_bundle(folder)
    with database.reading() as session:
        version = in_force(session, settings.language)
    if version is None:
        with database.transaction() as session:
            version = in_force(session, settings.language) or _adopt(session, settings, folder, there, at)
    heard = folder_of(settings, database, version)
    if version.digest != there.digest and read_bundle(heard).shape != there.shape:
        log.warning(
            "the scripts on the disk (%s) are not those in force (%s): "
            "publish them in the console, or by 'xiaorong dialogue publish'",
            there.digest[:12],
            version.label,
        )
    return heard


def scripts_on_offer(settings: Settings, database: Database) -> Path:
    """The folder of the language that the next run would hold its calls with; nothing is put on record.

    Raises DataFileError.
    """
    folder = language_dir(settings.language)
    with database.reading() as session:
        version = in_force(session, settings.language)
    if version is None:
        return folder  # the first run adopts it
    return folder_of(settings, database, version)


def load_published(folder: Path, name: str) -> Flow:
    """A flow of the folder that calls are held with.

    Raises DataFileError, and ConflictError for one that is written and was not published.
    """
    if name not in flow_names(folder) and name in flow_names(language_dir(folder.name)):
        raise ConflictError(
            "script %(flow)s is written, but not published: no call can be held with it; "
            "publish it under Simulator, Versions, or by 'xiaorong dialogue publish'",
            flow=Code("flow", name),
        )
    return load_flow(folder, name)


def keep(session: Session, settings: Settings, by: str, at: datetime, note: str = "") -> Version:
    """Put what lies on the disk on record as a version. Raises DataFileError for a flow that is wrong."""
    folder = language_dir(settings.language)
    bundle = read_bundle(folder)
    return _keep(session, settings, folder, bundle, by, at, note)


def folder_of(settings: Settings, database: Database, version: Version) -> Path:
    """A version's files on the disk, below the cache; made when they are not there.

    Raises DataFileError, NotFoundError.
    """
    folder = settings.cache / "scripts" / version.digest / settings.language
    if folder.is_dir():
        if read_bundle(folder).digest == version.digest:
            return folder
        shutil.rmtree(folder)  # somebody wrote there
    with database.reading() as session:
        bundle = unpack(content_of(session, version.id))
    if bundle.digest != version.digest:
        raise DataFileError(f"version {version.label} of the scripts", "is damaged: publish another one")
    fresh = folder.with_name(f".{secrets.token_hex(8)}")
    bundle.write(fresh)
    try:
        fresh.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(fresh)
        if not folder.is_dir():
            raise
    return folder


def _adopt(session: Session, settings: Settings, folder: Path, bundle: Bundle, at: datetime) -> Version:
    kept = _keep(session, settings, folder, bundle, "", at, "")
    return publish(session, kept.id, by="", at=at)


def _keep(
    session: Session, settings: Settings, folder: Path, bundle: Bundle, by: str, at: datetime, note: str
) -> Version:
    flows = flow_versions(folder, bundle.digest)
    return keep_version(
        session, settings.language, bundle.digest, bundle.packed(), dict(flows),
        by=by, at=at, note=note,
    )  # fmt: skip


@lru_cache(maxsize=4)
def flow_versions(folder: Path, digest: str) -> tuple[tuple[str, str], ...]:
    """Every flow of a folder whose files have this ``digest``, and its version.

    Raises DataFileError, and ConflictError when somebody saves there meanwhile.
    """
    prompts = PromptBook.load(folder)
    found = tuple((name, load_flow(folder, name, prompts).version) for name in flow_names(folder))
    if read_bundle(folder).digest != digest:
        raise ConflictError("the scripts are being changed at this moment: try again when they are saved")
    return found
