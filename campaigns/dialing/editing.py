"""What an operator may change of a campaign while it does not run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from bot.datafile import load_model
from campaigns.compliance.campaign_window import FURTHEST_START, CampaignWindow
from campaigns.dialing.priority import PriorityRules, load_priorities
from campaigns.errors import ConflictError
from campaigns.outcomes.retry import RetryChange, RetryPolicy
from campaigns.refused import wrong_in

LONGEST_REASON = 255
CLEARABLE = ("windows", "retries", "caller_ids", "priorities", "control_groups")


class CampaignEdit(BaseModel):
    """New values; None leaves one as it is. ``clear``: those to go back to the installation's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    calls_per_second: Annotated[float, Field(ge=0.01, le=1000)] | None = None
    windows: CampaignWindow | None = None
    retries: dict[str, RetryChange] | None = None
    caller_ids: tuple[str, ...] | None = None
    priorities: PriorityRules | None = None
    # Why it calls whom other experiments leave alone.
    control_groups: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)] | None = None
    clear: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """The campaign's columns to set, as the store keeps them."""
        told = self.model_dump(
            mode="json", exclude={"clear", "windows", "retries", "priorities"}, exclude_none=True
        )
        for name in ("windows", "priorities"):
            part: BaseModel | None = getattr(self, name)
            if part is not None:
                told[name] = part.model_dump(mode="json", exclude_defaults=name == "windows")
        if self.retries is not None:
            told["retries"] = {
                name: change.model_dump(mode="json", exclude_none=True)
                for name, change in self.retries.items()
            }
        return told | dict.fromkeys(self.clear)


class _Retries(RootModel[dict[str, RetryChange]]):
    pass


def reason_of(text: str | None) -> str | None:
    """Why control groups are called too, as it is kept. Raises ConflictError for none or a long one."""
    if text is None:
        return None
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise ConflictError(
            "say in at most %(most)s characters why control groups are called too: that is kept on record",
            most=LONGEST_REASON,
        )
    return reason


def load_window(path: Path) -> CampaignWindow:
    """Read a campaign's window. Raises DataFileError."""
    return load_model(path, CampaignWindow)


def load_edit(
    *,
    windows: Path | None = None,
    retries: Path | None = None,
    priorities: Path | None = None,
    **plain: Any,
) -> CampaignEdit:
    """An edit from what a command was given. Raises DataFileError."""
    return CampaignEdit(
        windows=None if windows is None else load_window(windows),
        retries=None if retries is None else load_model(retries, _Retries).root,
        priorities=None if priorities is None else load_priorities(priorities),
        **plain,
    )


def check_window(window: CampaignWindow, today: date) -> None:
    """Raises ConflictError for a window that is over, or begins so late that it would count as never open."""
    if window.ends_on is not None and window.ends_on < today:
        raise ConflictError("the window ended on %(ends_on)s; nobody could be called", ends_on=window.ends_on)
    furthest = today + FURTHEST_START
    if window.starts_on is not None and window.starts_on > furthest:
        raise ConflictError(
            "the window starts on %(starts_on)s, and the latest is %(furthest)s: set it nearer the time",
            starts_on=window.starts_on,
            furthest=furthest,
        )
    last = min(window.ends_on or date.max, max(window.starts_on or today, today) + timedelta(days=39))
    first = max(window.starts_on or today, today)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    if all(window.on(day, day_off=False) == [] for day in days):
        raise ConflictError("the window is closed on every day of the next weeks; nobody could be called")


def check_edit(edit: CampaignEdit, callers: tuple[str, ...], retries: RetryPolicy, today: date) -> None:
    """Raises ConflictError that says what would do."""
    if wrong := [name for name in edit.clear if name not in CLEARABLE]:
        known = ", ".join(CLEARABLE)
        raise ConflictError(
            "%(wrong)r has no default to go back to; those that have: %(known)s", wrong=wrong[0], known=known
        )
    if edit.windows is not None:
        check_window(edit.windows, today)
    if edit.caller_ids is not None and (unknown := set(edit.caller_ids) - set(callers)):
        raise ConflictError(
            "%(unknown)s is no caller number of this installation; there are: %(callers)s "
            "(see caller_ids in settings.toml)",
            unknown=min(unknown),
            callers=", ".join(callers),
        )
    if edit.caller_ids == ():
        raise ConflictError("a campaign needs a caller number")
    if edit.retries is not None:
        changes: Mapping[str, Any] = edit.values()["retries"]
        try:
            retries.changed(changes)
        except ValidationError as error:
            raise ConflictError("the retries cannot be so: %(why)s", why=wrong_in(error)) from error
        except ValueError as error:
            raise ConflictError(str(error)) from error
