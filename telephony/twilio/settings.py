"""Settings of the Twilio line. Secrets may come as XIAORONG_TWILIO_* variables, which win over the file."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from telephony.numbers import is_e164

MOST_APOLOGY_S: Final = 15.0

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _a_number(text: str) -> str:
    if not is_e164(text):
        raise ValueError("a number is written as E.164, such as +14155550100")
    return text


def _public(text: str) -> str:
    url = urlsplit(text)
    if not url.hostname or url.query or url.fragment or url.username:
        raise ValueError("write the address as https://calls.example.com, without a query")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ValueError("Twilio streams to https and wss only: write an https address")
    return text.rstrip("/")


class MachineDetection(StrEnum):
    """Who finds out that a machine picked up: nobody, or Twilio while the call is already connected."""

    OFF = "off"
    TWILIO = "twilio"


class TwilioSettings(BaseSettings):
    """Settings of the Twilio line; times in seconds.

    ``auth_token`` is needed beside an API key too: Twilio signs its requests with it. ``public_url`` is what
    Twilio reaches us by, whatever proxies stand between; ``listen_host`` and ``listen_port`` are where we
    listen. Machines are found out by Twilio unless that is turned off: nothing shall be said to them.
    With ``record`` Twilio records calls too; what it recorded is brought here, and deleted there.
    ``fallback_audio`` is a sound file at another address than ours, played to whoever loses the bot in
    mid-call. ``region`` and ``edge`` are as in Twilio's API host names; the auth token belongs to the region.
    """

    model_config = SettingsConfigDict(
        env_prefix="XIAORONG_TWILIO_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    auth_token: SecretStr = Field(min_length=16)
    api_key: str | None = Field(default=None, pattern=r"^SK[0-9a-fA-F]{32}$")
    api_secret: SecretStr | None = None
    caller_number: Annotated[str, AfterValidator(_a_number)] = Field(repr=False)
    public_url: Annotated[str, AfterValidator(_public)]
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8440, ge=0, le=65_535)
    region: str | None = Field(default=None, pattern=r"^[a-z]{2}[0-9]$")
    edge: str | None = Field(default=None, pattern=r"^[a-z-]{3,30}$")
    machine_detection: MachineDetection = MachineDetection.TWILIO
    machine_detection_s: int = Field(default=5, ge=3, le=59)
    request_s: float = Field(default=10.0, gt=0, le=60)
    stream_s: float = Field(default=10.0, gt=0, le=60)
    reconcile_s: float = Field(default=15.0, gt=0, le=300)
    max_calls: int = Field(default=50, ge=1)
    record: bool = False
    fallback_audio: str | None = Field(default=None, pattern=r"^https://")

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if (self.api_key is None) != (self.api_secret is None):
            raise ValueError("an API key needs both api_key and api_secret")
        return self

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
    def apology_s(self) -> float:
        """How long ``fallback_audio`` is given to be heard; 0 where there is none."""
        return MOST_APOLOGY_S if self.fallback_audio else 0.0

    @property
    def media_url(self) -> str:
        """Where Twilio's streams connect to."""
        return "ws" + self.webhook("media").removeprefix("http")

    def webhook(self, name: str) -> str:
        """Where Twilio asks for ``name``."""
        return f"{self.public_url}/twilio/{name}"
