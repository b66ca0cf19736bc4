"""What understands the customers, as the settings have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import Interpreter
from bot.nlu.rasa.interpreter import RasaInterpreter, RasaServer
from campaigns.settings import SETTINGS_FILE, Settings, load_settings


@contextmanager
def open_interpreter(settings: Settings, language_dir: Path, *, live: bool) -> Iterator[Interpreter]:
    """The interpreter of the settings. ``live``: for calls, whose event loop must not wait for a server.

    A Rasa that does not answer is told in the log, and the embedded model stands in. Raises DataFileError.
    """
    if settings.interpreter == "embedded":
        yield EmbeddedInterpreter.load(language_dir, settings.cache, settings.zone)
        return
    rasa = RasaInterpreter.load(language_dir, settings.cache, settings.zone, rasa_server(settings), live=live)
    try:
        yield rasa
    finally:
        rasa.close()


@contextmanager
def open_author_interpreter(
    home: Path, language_dir: Path, cache: Path | None, zone: ZoneInfo
) -> Iterator[Interpreter]:
    """The same for tools that work without a data directory: there it is the embedded one.

    Raises DataFileError, SettingsError.
    """
    settings = load_settings(home) if (home / SETTINGS_FILE).is_file() else None
    if settings is None or settings.interpreter == "embedded":
        yield EmbeddedInterpreter.load(language_dir, cache, zone)
        return
    with open_interpreter(settings, language_dir, live=False) as interpreter:
        yield interpreter


def rasa_server(settings: Settings) -> RasaServer:
    """Where the settings say that Rasa is."""
    return RasaServer(settings.rasa_url, settings.rasa_secret, settings.rasa_timeout_s)
