"""An audience before it is a campaign's: counted, asked about, kept as a list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from campaigns.console import audiences, lists
from campaigns.console.api.campaign_fields import AudienceIn, AudienceOut
from campaigns.console.api.campaign_settings import ExperimentName
from campaigns.console.api.campaign_told import name_of
from campaigns.console.api.campaigns import check_list
from campaigns.console.api.endpoint import Endpoint, Given, Nothing, Told
from campaigns.console.api.fields import Name, Plain, Short
from campaigns.console.api.hours_fields import HoursIn, window_of
from campaigns.console.foresight import SAMPLE, foresight_behind, foresight_of
from campaigns.console.scripts import check_known
from campaigns.console.visit import Visit
from campaigns.dialing.foreseeing import Foresight
from campaigns.store.audience_lists import KeptList
from campaigns.store.console.launches import LAUNCH


class CountIn(Given):
    """An audience, and the script that is for some of it."""

    script: Name = "repayment-reminder"
    audience: AudienceIn = AudienceIn()


class AuthorityOut(Told):
    """What the bot may offer to them: approved reliefs and plans that are valid, minor units by currency."""

    offers: int
    waives: dict[str, int]
    approved_by: tuple[str, ...]
    plans: int


class AudienceCountOut(Told):
    """How many members a campaign made now would have; one a person.

    ``audience``: narrowed to whom the script is for. ``owed``: minor units by currency; empty where a limit
    cuts the audience. ``needs_approval``: a second person would have to agree to the launch.
    """

    members: int
    owed: dict[str, int]
    purpose: str
    audience: AudienceOut
    authority: AuthorityOut
    needs_approval: bool


class PreviewIn(CountIn):
    """The same, with what else decides on a call.

    ``hours``: the campaign's own. ``experiment``: the one that it would be part of. ``control_groups``: whom
    other experiments leave alone is called too.
    """

    hours: HoursIn | None = None
    experiment: ExperimentName | None = None
    control_groups: bool = False


class ForeseenCustomer(Told):
    """An example. ``until``: when the customer is decided on again."""

    customer: str
    until: datetime | None


class ForeseenGroup(Told):
    """Customers on whom the verdict is the same.

    ``allow``: called; ``check``: called once the state of their number is known; ``defer``: later;
    ``refuse``: not called. ``reason``: the rule's code, as in the log of decisions.
    """

    verdict: Literal["allow", "check", "defer", "refuse"]
    reason: str
    count: int
    examples: tuple[ForeseenCustomer, ...]


class ForeseenOut(Told):
    """What the law says now of each of a sample. ``whole``: it was asked about all of them."""

    looked_at: int
    whole: bool
    groups: tuple[ForeseenGroup, ...]


class MembersForeseenOut(Told):
    """``foreseen`` null: it is being asked; ask again in a moment."""

    foreseen: ForeseenOut | None


class ListIn(Given):
    """Customers by their own key, or by that of an account of theirs."""

    name: Annotated[Plain, StringConstraints(min_length=1, max_length=128)]
    keys: Annotated[tuple[Short, ...], Field(min_length=1, max_length=lists.MOST_KEYS)]


class ListFileIn(Given):
    """With a part ``file``: one key a line, or a table whose first column holds the keys."""

    name: Annotated[Plain, StringConstraints(min_length=1, max_length=128)] | None = None


class ListOut(Told):
    """A list of customers. ``found``: those that are known; ``unknown``: some of the keys that are not."""

    id: int
    name: str
    keys: int
    found: int
    unknown: tuple[str, ...]


def count(visit: Visit, _query: Nothing, body: CountIn) -> AudienceCountOut:
    check_known(visit, body.script)
    check_list(visit, body.audience)
    fitted = audiences.fitted(visit, body.script, body.audience.audience())
    found = audiences.count(visit, fitted.audience)
    return AudienceCountOut(
        members=found.size.members,
        owed=found.size.owed,
        purpose=fitted.purpose.value,
        audience=AudienceOut.of(fitted.audience.to_dict()),
        authority=AuthorityOut.model_validate(found.authority),
        needs_approval=found.size.members > visit.services.console.approve_above,
    )


def preview(visit: Visit, _query: Nothing, body: PreviewIn) -> ForeseenOut:
    check_known(visit, body.script)
    check_list(visit, body.audience)
    asked = audiences.asked(
        visit,
        body.script,
        body.audience.audience(),
        window_of(visit, body.hours),
        experiment=body.experiment or "",
        spares=not body.control_groups,
    )
    return _foreseen(foresight_of(visit, asked))


def members(visit: Visit, _query: Nothing, _body: Nothing) -> MembersForeseenOut:
    name_of(visit)
    seen = foresight_behind(visit, audiences.members_asked(visit))
    return MembersForeseenOut(foreseen=None if seen is None else _foreseen(seen.value))


def keep(visit: Visit, _query: Nothing, body: ListIn) -> ListOut:
    return _list(lists.keep(visit, body.name, body.keys))


def keep_file(visit: Visit, _query: Nothing, body: ListFileIn) -> ListOut:
    file = visit.upload("file")
    if file is None:
        raise HTTPException(422, "the form needs a file, named 'file'")
    keys = lists.keys_in(file.file.read(lists.MOST_BYTES))
    return _list(lists.keep(visit, body.name or file.filename or "file", keys))


def _foreseen(seen: Foresight) -> ForeseenOut:
    groups = (
        ForeseenGroup(
            verdict=group.verdict,  # type: ignore[arg-type]
            reason=group.reason,
            count=group.count,
            examples=tuple(ForeseenCustomer(customer=each.key, until=each.until) for each in group.examples),
        )
        for group in seen.groups
    )
    return ForeseenOut(looked_at=seen.looked_at, whole=seen.looked_at < SAMPLE, groups=tuple(groups))


def _list(kept: KeptList) -> ListOut:
    return ListOut.model_validate(kept)


TAG = "audiences"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/audiences/count",
        LAUNCH,
        count,
        "Count an audience",
        TAG,
        AudienceCountOut,
        body=CountIn,
        fails=(404, 409),
        about="Nothing is written.",
    ),
    Endpoint(
        "POST",
        "/audiences/preview",
        LAUNCH,
        preview,
        "Foresee whom of an audience a campaign would not call, and why",
        TAG,
        ForeseenOut,
        body=PreviewIn,
        fails=(404, 409),
        about=f"The rules are asked about a sample of {SAMPLE}, as at their turn. Nothing is written.",
    ),
    Endpoint(
        "GET",
        "/campaigns/{name}/foreseen",
        "campaigns.read",
        members,
        "Foresee whom a campaign would not call of those it has still to call, and why",
        TAG,
        MembersForeseenOut,
    ),
    Endpoint(
        "POST",
        "/audiences/lists",
        LAUNCH,
        keep,
        "Keep a list of customers for an audience",
        TAG,
        ListOut,
        body=ListIn,
        status=201,
        fails=(409,),
        once=True,
        body_limit=lists.LARGEST,
        about="A campaign's audience names it by its id. 409: nobody is known by any of the keys.",
    ),
    Endpoint(
        "POST",
        "/audiences/lists/file",
        LAUNCH,
        keep_file,
        "Keep a list of customers from a file",
        TAG,
        ListOut,
        body=ListFileIn,
        status=201,
        fails=(409,),
        form=True,
        body_limit=lists.LARGEST,
    ),
)
