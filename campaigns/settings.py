"""Settings of one installation: ``settings.toml`` in the data directory, ``XIAORONG_*`` variables over it."""

from __future__ import annotations

import re
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.datafile import mistakes_in
from campaigns.agents import AgentSettings
from campaigns.dialing.line_rules import LineRules
from campaigns.errors import NotInitialisedError, SettingsError
from campaigns.refused import told_of

SETTINGS_FILE = "settings.toml"
KEY_FILE, KEY_BYTES = "permit.key", 32
LINK_KEY_FILE, WEBHOOK_KEY_FILE = "link.key", "webhook.key"
RECORDING_KEY_FILE, DATABASE_KEY_FILE = "recording.key", "database.key"
RASA_TOKEN_FILE = "rasa.token"  # noqa: S105

_PAGE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")

INSTITUTION, HOTLINE = "融安消费金融", "4008001234"  # stand-ins until the lender sets its own

TEMPLATE = f"""\
# Settings of this Xiaorong installation. Every key can also be set as an environment variable XIAORONG_<KEY>.

institution = "{INSTITUTION}"      # said at the start of every call
hotline = "{HOTLINE}"            # where a customer can check that the call is real
language = "zh"                   # a folder under dialogues/
region = "CN"                     # default country of numbers without a country code
time_zone = "Asia/Shanghai"
rule_pack = "cn-mainland"
# rule_pack_overrides = "overrides.yaml"   # house rules: may tighten the pack, never loosen what is law
# grading_rules = "grading.yaml"  # by what customers are graded; as grading/rules/default.yaml
# scorecard = "scorecard.yaml"    # by what calls are judged; as console/calls/scorecard.yaml
# rates = "rates.yaml"            # what calls cost, for reports; see outcomes/overview/rates.yaml
line = "simulated"
caller_id = "+8610000000"
# caller_ids = ["+8610000000", "+8610000001"]   # a pool; a customer keeps the same number where possible
# pacing = {{ calls_per_second = 10, concurrent_calls = 100, caller_calls_per_second = 1 }}   # what the line
# allows over all campaigns and workers; every key is in campaigns/dialing/line_rules.py. See 'line status'
# twilio = {{ account_sid = "AC...", public_url = "https://calls.example.com" }}   # of line = "twilio"; its
# auth_token is best the variable XIAORONG_TWILIO_AUTH_TOKEN. Test it with 'xiaorong line check'.
# agents = {{ numbers = ["+8613812345678"], opens = "09:00", closes = "18:00", days = [1, 2, 3, 4, 5] }}
#                                 # people who take a call over at once when a customer asks for one
seed = 20260101                   # of the simulated line, its customers and generated data
# database_url = "postgresql+psycopg://user@localhost/xiaorong"   # default: SQLite in this directory
# database_key_file = "/etc/xiaorong/database.key"   # must exist. Default: database.key here, if it exists:
#                                 # personal columns are sealed with it; see 'xiaorong database'
# database_key =                  # instead of a file, and only as the variable XIAORONG_DATABASE_KEY
# cache_dir = "/var/cache/xiaorong"      # default: cache/ in this directory
record = true                     # calls with sound, both sides; see 'xiaorong recording'
# call_recordings = "/srv/recordings"    # where they are kept. Default: recordings/ in this directory
# recording_key_file = "/etc/xiaorong/recording.key"  # must exist. Default: recording.key here, if it exists
# recording_key =                        # instead of a file, and only as the variable XIAORONG_RECORDING_KEY
synthesizer = "espeak"            # or sherpa: a neural voice, with the extra 'neural'
# synthesizer_voice = "f2"        # espeak: a variant; sherpa: the folder of a voice
# recorded_prompts = "speech"     # a folder of prompts spoken by people, with its recordings.yml
recognizer = "vosk"               # what hears on calls that carry sound: vosk, or sherpa (the extra "neural")
recognizer_model = "vosk-model-small-cn-0.22"   # see 'xiaorong models list'; or the path of a folder
# models_dir = "/srv/models"      # default: models/ in this directory
# pay_url = "https://pay.example.com/p"   # the lender's payment page; absent: messages carry no link
webhook_private_addresses = false # whether events may go to the lender's own network, or this machine
# console = {{ port = 8765, public_url = "https://console.example.com", trusted_proxies = ["10.0.0.0/8"] }}
# of 'xiaorong serve'; campaigns/console/settings.py lists the keys
# metrics_token =                 # best as the variable XIAORONG_METRICS_TOKEN: whoever has it may read
#                                 # /metrics of 'xiaorong serve'. Without one, only this machine may
# metrics_port = 9464             # where 'xiaorong worker run' tells its own
# metrics_host = "127.0.0.1"      # on which address that is
log_format = "text"               # or json: a line each for a collector; on standard error
# traces_url = "http://127.0.0.1:4318/v1/traces"   # a collector of OpenTelemetry (OTLP); extra "telemetry"
log_level = "info"                # of serve and of workers: debug, info, warning or error
interpreter = "embedded"          # or rasa: what understands the customers; see 'xiaorong nlu serve'
# rasa_url = "http://127.0.0.1:5005"     # https:// where it is not on this machine
# rasa_token =                    # best as the variable XIAORONG_RASA_TOKEN. Default: that of 'nlu serve'
# rasa_timeout_s = 0.3            # a caller waits no longer: the embedded model answers then
# rasa_python = "/opt/python3.10/bin/python3"    # default: found on the PATH, of pyenv or uv
"""


def _rasa_address(url: str) -> str:
    """What customers say goes over this connection."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address such as http://127.0.0.1:5005")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("a Rasa on another machine is asked over https alone: it is told what customers say")
    return url


def _collector(url: str) -> str:
    """Spans tell attempts and times: nothing personal, and nobody else's business either."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address such as http://127.0.0.1:4318/v1/traces")
    return url


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone; try Asia/Shanghai") from error
    return name


def _https_page(url: str) -> str:
    """A page that a text message may lead to, without the slash at its end."""
    if not _PAGE.fullmatch(url):
        raise ValueError(f"{url!r} is no page for payments; it looks like https://pay.example.com/p")
    return url.rstrip("/")


class Settings(BaseSettings):
    """What an installation is set to. Unknown keys are errors, so a typo cannot pass for a default."""

    model_config = SettingsConfigDict(env_prefix="XIAORONG_", extra="forbid", frozen=True)

    home: Path
    institution: str = Field(min_length=2, max_length=40)
    hotline: str = Field(pattern=r"^[0-9+-]{3,20}$")
    language: str = "zh"
    region: str = Field(default="CN", pattern="^[A-Z]{2}$")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    rule_pack: str = "cn-mainland"
    rule_pack_overrides: Path | None = None
    grading_rules: Path | None = None
    rates: Path | None = None
    scorecard: Path | None = None
    line: str = "simulated"
    caller_id: str = "+8610000000"
    caller_ids: tuple[Annotated[str, Field(min_length=3, max_length=32)], ...] = ()
    pacing: LineRules = LineRules()
    seed: int = 20260101
    database_url: str | None = None
    database_key_file: Path | None = None
    database_key: SecretStr | None = None
    cache_dir: Path | None = None
    record: bool = True
    call_recordings: Path | None = None
    recording_key_file: Path | None = None
    recording_key: SecretStr | None = None
    synthesizer: str = "espeak"
    synthesizer_voice: str = ""
    recorded_prompts: Path | None = None
    recognizer: str = "vosk"
    recognizer_model: str = "vosk-model-small-cn-0.22"
    models_dir: Path | None = None
    pay_url: Annotated[str, AfterValidator(_https_page)] | None = None
    webhook_private_addresses: bool = False
    agents: AgentSettings | None = None
    console: dict[str, Any] = Field(default_factory=dict)  # campaigns.console.settings
    traces_url: Annotated[str, AfterValidator(_collector)] | None = None
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    interpreter: Literal["embedded", "rasa"] = "embedded"
    rasa_url: Annotated[str, AfterValidator(_rasa_address)] = "http://127.0.0.1:5005"
    rasa_token: SecretStr | None = None
    rasa_timeout_s: float = Field(default=0.3, ge=0.02, le=2.0)
    rasa_python: Path | None = None
    twilio: dict[str, Any] = Field(default_factory=dict, repr=False)  # telephony.twilio.settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @property
    def callers(self) -> tuple[str, ...]:
        """The numbers of ours to dial from."""
        return tuple(dict.fromkeys(self.caller_ids)) or (self.caller_id,)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'xiaorong.db'}"

    @property
    def cache(self) -> Path:
        """Where what can be made again is kept, such as the fitted model of understanding."""
        return self.cache_dir or self.home / "cache"

    @property
    def call_recordings_dir(self) -> Path:
        return self.call_recordings or self.home / "recordings"

    @property
    def recording_keys(self) -> Path:
        """The file of keys that recordings are sealed with."""
        return self.recording_key_file or self.home / RECORDING_KEY_FILE

    @property
    def database_keys(self) -> Path:
        """The file of keys that personal columns of the database are sealed with."""
        return self.database_key_file or self.home / DATABASE_KEY_FILE

    @property
    def models(self) -> Path:
        """Where the models for hearing and speaking are kept."""
        return self.models_dir or self.home / "models"

    @property
    def rasa_secret(self) -> str:
        """The token that Rasa wants: as set, else that of the server which this installation starts."""
        if self.rasa_token is not None:
            return self.rasa_token.get_secret_value()
        try:
            return (self.home / RASA_TOKEN_FILE).read_text().strip()
        except OSError:
            return ""

    def permit_key(self) -> bytes:
        """The secret that signs permits. Raises NotInitialisedError when it is missing."""
        return self._key(KEY_FILE)

    def link_key(self) -> bytes:
        """The secret that signs payment links. Raises NotInitialisedError when it is missing."""
        return self._key(LINK_KEY_FILE)

    def webhook_key(self) -> bytes:
        """The secret that the endpoints' own are sealed with. Raises NotInitialisedError."""
        return self._key(WEBHOOK_KEY_FILE)

    def _key(self, name: str) -> bytes:
        key = _read_key(self.home / name)
        if key is None:
            raise NotInitialisedError(f"{self.home / name} is missing or damaged; run 'xiaorong init'")
        return key


def _read_key(path: Path) -> bytes | None:
    """The key in ``path``; None when there is no usable one."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def create_home(home: Path) -> bool:
    """Make a data directory with settings and keys; what is there stays. True when it is new."""
    try:
        # What is in there are names, numbers and transcripts: nobody else's to read.
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = home / SETTINGS_FILE
        new = not settings.exists()
        if new:
            settings.write_text(TEMPLATE, encoding="utf-8")
        for name in (KEY_FILE, LINK_KEY_FILE, WEBHOOK_KEY_FILE):
            _make_key(home / name)
    except OSError as error:
        raise SettingsError(f"{home} cannot be used as a data directory: {error.strerror}") from error
    return new


def _make_key(path: Path) -> None:
    if _read_key(path) is None:
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(KEY_BYTES))
        fresh.replace(path)  # at once: a crash leaves the old key or the new one, never half of one


def rasa_token_of(home: Path) -> str:
    """The token of the server that is started here, made at its first start. Raises SettingsError."""
    path = home / RASA_TOKEN_FILE
    try:
        if not path.is_file():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"{path} cannot be used: {error.strerror}") from error


def load_settings(home: Path) -> Settings:
    """Read the settings of ``home``. Raises NotInitialisedError or SettingsError."""
    path = home / SETTINGS_FILE
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotInitialisedError(
            f"{home} is no Xiaorong data directory; run 'xiaorong init' first"
        ) from error
    except (ValueError, RecursionError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if "home" in content:
        raise SettingsError(f"{path}: home: there is no such key; xiaorong --home names the directory")
    for key, file in (("recording_key", RECORDING_KEY_FILE), ("database_key", DATABASE_KEY_FILE)):
        if key in content:
            raise SettingsError(
                f"{path}: {key}: a key has no place among settings; put it into {home / file}"
            )
    for key in ("rule_pack_overrides", "grading_rules", "rates", "scorecard", "recorded_prompts"):
        if content.get(key):
            content[key] = home / str(content[key])
    try:
        # The variable XIAORONG_HOME would win over the directory that was asked for.
        return Settings(home=home, **content).model_copy(update={"home": home})
    except ValidationError as error:
        raise wrong_setting(error, home) from error


def wrong_setting(error: ValidationError, home: Path, *under: str) -> SettingsError:
    """What is wrong first in the settings file of ``home``, or in a variable over it; ``under``: what key."""
    first = mistakes_in(error)[0]
    key = ".".join(str(part) for part in (*under, *first["loc"]))
    place = f"{home / SETTINGS_FILE}: {key}"
    return SettingsError("%(where)s: %(why)s", where=place, why=told_of(first))
