"""Errors of the business.

::

    CampaignsError            every message tells a person what to do
    ├── NotInitialisedError   there is no Xiaorong data directory here
    ├── SettingsError         a setting is wrong
    ├── ImportFileError       a customer file cannot be read at all
    ├── NotFoundError         no such campaign, customer or flow; names what there is
    ├── ConflictError         what was asked does not fit the present state
    ├── AccessError           who asks may not do this
    ├── StoreError            the database is locked, gone or of another version
    │   └── SealError         it is sealed with a key that is not at hand, or was changed from outside
    ├── BackupError           a backup cannot be made, read or trusted
    └── ClockError            the clock cannot be trusted, so no call is placed

A wrong rule, mapping or policy file raises ``bot.errors.DataFileError``, like any other data file.
"""

from __future__ import annotations

from typing import Any

from campaigns.said import Said


class CampaignsError(Exception):
    """Base of every error shown to an operator as one readable line.

    ``template`` and ``values`` make a Said: pages show it in the language of who reads it.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.said = Said(template, **values)
        super().__init__(str(self.said))


class NotInitialisedError(CampaignsError):
    """There is no Xiaorong data directory here."""


class SettingsError(CampaignsError):
    """A setting is wrong."""


class ImportFileError(CampaignsError):
    """A customer file cannot be read at all."""


class NotFoundError(CampaignsError):
    """What was named does not exist."""


class ConflictError(CampaignsError):
    """What was asked does not fit the present state."""


class AccessError(CampaignsError):
    """Who asks may not do this."""


class ForgeryError(AccessError):
    """A change that no page of ours, or one that is out of date, asks for."""


class StoreError(CampaignsError):
    """The database cannot be used. ``transient``: trying again may help (locked, restarting)."""

    def __init__(self, message: str, /, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class SealError(StoreError):
    """Sealed columns cannot be read or written with the keys at hand."""


class BackupError(CampaignsError):
    """A backup cannot be made, read or trusted."""


class ClockError(CampaignsError):
    """The clock cannot be trusted."""
