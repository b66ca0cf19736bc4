"""Settings of the console: the key ``console`` of ``settings.toml``."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from campaigns.settings import Settings, wrong_setting

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class ConsoleSettings(BaseModel):
    """Where the console listens, whom it trusts, and how long a session lasts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    public_url: str = (
        ""  # what browsers type; its host is the one that is served, and https makes cookies secure
    )
    hosts: tuple[str, ...] = ()  # further names that it answers to
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-* headers count
    idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_hours: int = Field(default=12, ge=1, le=7 * 24)
    setup_hours: int = Field(default=24, ge=1, le=7 * 24)  # how long a set-up link holds
    body_limit: int = Field(default=1_000_000, ge=10_000)  # bytes of a request, where a page asks for no more
    approve_above: int = Field(default=1_000, ge=0)  # members from which on a second person approves a launch
    threads: int = Field(default=12, ge=2, le=200)  # on which pages are made; the loop itself makes none
    leave_s: float = Field(default=900.0, ge=0, le=7_200)  # how long calls in progress may go on at the end
    api_per_minute: int = Field(default=600, ge=1, le=1_000_000)  # requests of one key
    upload_limit: int = Field(default=100_000_000, ge=10_000)  # bytes of a file that is brought in
    approve_exports: bool = False  # whether a second person approves an export of personal data
    report_dials: int = Field(default=20_000, ge=0)  # up to which a report is counted while its reader waits
    sweep_days: int = Field(default=7, ge=1, le=365)  # without deleting what is past its time: Today says so
    run_campaigns: bool = True  # whether this process works off the campaigns that it launches

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)
        return value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
            raise ValueError("write it as https://console.example.com")
        return value.rstrip("/")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that a request may come for. An address that is listened on is one."""
        names = [*LOCAL_HOSTS, *self.hosts]
        if self.public_url:
            names.append(urlsplit(self.public_url).hostname or "")
        if self.host not in ("0.0.0.0", "::", ""):  # noqa: S104 - not bound here: any address is no name
            names.append(self.host)
        return tuple(dict.fromkeys(names))

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def sweeps_within(self) -> timedelta:
        return timedelta(days=self.sweep_days)

    @property
    def longest_session(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    def address(self, port: int | None = None) -> str:
        """What to open in a browser."""
        return self.public_url or f"http://{self.host}:{port or self.port}"


def console_settings(settings: Settings) -> ConsoleSettings:
    """The console's part of the settings. Raises SettingsError."""
    try:
        return ConsoleSettings.model_validate(settings.console)
    except ValidationError as error:
        raise wrong_setting(error, settings.home, "console") from error
