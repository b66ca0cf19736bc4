"""What is known of a number, and how a dial can end, in the field's terms."""

from __future__ import annotations

from enum import StrEnum


class NumberStatus(StrEnum):
    """State of a number, whoever told it: a check before the dial, or the line itself."""

    ACTIVE = "active"
    BUSY = "busy"
    POWERED_OFF = "powered_off"
    SUSPENDED = "suspended"
    SUSPENDED_KEPT = "suspended_kept"
    EMPTY = "empty"
    NOT_IN_SERVICE = "not_in_service"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    RISK = "risk"
    RECYCLED = "recycled"
    DATA_ONLY = "data_only"
    NOT_IN_DB = "not_in_db"
    UNKNOWN = "unknown"


class HangupCause(StrEnum):
    """How a dial or a call ended."""

    NORMAL = "normal"  # answered, then cleared by either side
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    POWERED_OFF = "powered_off"
    SUSPENDED = "suspended"
    NOT_IN_SERVICE = "not_in_service"
    UNREACHABLE = "unreachable"
    ASSISTANT = "assistant"  # voicemail or a phone assistant answered
    DROPPED = "dropped"  # answered, then lost by the network
