"""One call: heard, read, judged, and put on the simulator's desk."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.errors import BotError, RecordingError
from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.recording.contents import Note
from bot.recording.waveform import peaks
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.calls.scorecard import Answer, Scorecard
from campaigns.console.calls.sound import (
    RangeError,
    Span,
    open_sound,
    pieces,
    size_of,
    span_of,
)
from campaigns.console.calls.transcript import Said, path_of, transcript
from campaigns.console.page import Page, PageRoute
from campaigns.console.simulator.publishing import scripts_of
from campaigns.console.simulator.replayed import check_replayable, replayed
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import list_before
from campaigns.dialing.explanation import recorded_decision
from campaigns.errors import AccessError, CampaignsError, ConflictError, NotFoundError
from campaigns.store.calls import stored_call
from campaigns.store.console import call as store
from campaigns.store.console import reviews
from campaigns.store.console.audit import Deed
from campaigns.store.console.call import WholeCall
from campaigns.store.console.listening import HEARD, is_noted
from campaigns.store.database import Session
from campaigns.store.scripts import Version, version_of_flow

PEAKS_A_SECOND: Final = 20
FULL_SCALE: Final = 32_768


def show(visit: Visit) -> Response:
    with visit.reading() as session:
        call = store.whole_call(session, visit.number("id"))
        log = store.log_of(session, call.id)
        decision = store.decision_of(session, call)
        followed = store.followed(session, call)
        score = reviews.score_of(session, call.id, call.key or "")
        marks = reviews.marks_of(session, call.id)
    notes, silent = _notes(visit, call)
    scripts = visit.studio.scripts
    said: list[Said] = []
    if call.answered_at is not None:
        said = transcript(log, call.answered_at, notes, scripts.prompts(), call.key or "")
    card = visit.services.scorecard
    judged_by = Scorecard.model_validate(score.card) if score and score.card else card
    told = None
    then = _then(visit, call) if call.replayable and visit.may("simulator.use") else None
    if decision is not None:
        told = recorded_decision(decision, visit.services.pack, visit.language)
    return visit.render(
        "call/page.html",
        back=list_before(visit.request, "/calls"),
        call=call,
        then=then,
        said=said,
        path_=path_of(said),
        told=told,
        pack=visit.services.pack.label,
        followed=followed,
        score=score,
        given=card.answers(score.points) if score else {},
        card=card,
        judged_by=judged_by,
        judged=judged_by.answers(score.points) if score else {},
        answers=[answer.value for answer in Answer],
        marks=marks,
        intents=(*scripts.intents(), OUT_OF_SCOPE),
        audible=call.recording is not None and not silent and _may_listen(visit),
        silent=silent,
    )


def _then(visit: Visit, call: WholeCall) -> Version | None:
    """The version of the scripts that the call was held with, where it is on record and another than now."""
    try:
        if visit.studio.scripts.flow(call.flow).version == call.flow_version:
            return None
    except (BotError, CampaignsError):
        pass  # an author is at it, or has taken it away
    with visit.reading() as session:
        return version_of_flow(session, visit.services.settings.language, call.flow, call.flow_version)


def _notes(visit: Visit, call: WholeCall) -> tuple[list[Note], str]:
    """What the recording tells of when things were said; and why it cannot be heard, empty where it can."""
    if call.recording is None:
        return [], ""
    try:
        with open_sound(visit.services.settings, call.recording) as recording:
            return recording.notes(), ""
    except CampaignsError as error:
        return [], visit.explain(error)
    except RecordingError:
        return [], visit.text("the recording is damaged and cannot be heard")


def _may_listen(visit: Visit) -> bool:
    """A voice tells more of a person than their name does."""
    return visit.may("calls.listen") and visit.may(SEE_PERSONAL)


def _recorded(visit: Visit, session: Session) -> tuple[WholeCall, str]:
    """The call with the name of its recording. Raises AccessError, NotFoundError."""
    if not _may_listen(visit):
        raise AccessError("your role does not allow this")
    call = store.whole_call(session, visit.number("id"))
    if call.recording is None:
        raise NotFoundError("this call was not recorded")
    return call, call.recording


def audio(visit: Visit) -> Response:
    """The sound, whole or a range of it. That it is listened to goes on record before a byte is sent."""
    with visit.reading() as session:
        call, name = _recorded(visit, session)
        noted = is_noted(session, visit.actor, call.id, visit.now)
    recording = open_sound(visit.services.settings, name)
    size = size_of(recording)
    try:
        span = span_of(visit.request.headers.get("range"), size)
        if not noted:
            deed = Deed(HEARD, "call", str(call.id), after={"customer": call.key})
            with visit.changing(deed):
                pass
    except RangeError:
        recording.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    except BaseException:
        recording.close()
        raise
    wanted = span or Span(0, size)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(wanted.end - wanted.begin)}
    if span is not None:
        headers["Content-Range"] = f"bytes {span.begin}-{span.end - 1}/{size}"
    return StreamingResponse(
        pieces(recording, wanted), 206 if span is not None else 200, headers, media_type="audio/wav"
    )


def waveform(visit: Visit) -> Response:
    """The loudest of each twentieth of a second, of either side, from 0 to 100."""
    with visit.reading() as session:
        _, name = _recorded(visit, session)
    with open_sound(visit.services.settings, name) as recording:
        try:
            loudest = peaks(recording, PEAKS_A_SECOND).astype(int) * 100 // FULL_SCALE
        except RecordingError as error:
            raise ConflictError("the recording is damaged and cannot be heard") from error
        seconds = recording.seconds
    sides = {"customer": loudest[:, 0].tolist(), "bot": loudest[:, 1].tolist()}
    return JSONResponse({"per_second": PEAKS_A_SECOND, "seconds": round(seconds, 3), **sides})


def mark(visit: Visit) -> Response:
    call_id, seq, intent = visit.number("id"), visit.number("seq"), visit.form("intent", 64)
    if intent and intent not in (*visit.studio.scripts.intents(), OUT_OF_SCOPE):
        raise ConflictError("choose an intent from the list")
    with visit.changing() as session:
        call = store.whole_call(session, call_id)
        taken_for, before = reviews.mark(
            session, call.id, seq, intent or None, by=visit.who.username, at=visit.now
        )
        told = {"line": seq, "intent": before or taken_for}, {"line": seq, "intent": intent or None}
        visit.record(session, Deed("calls.marked", "call", str(call.id), *told))
    return visit.go(f"/calls/{call_id}#line-{seq}", visit.text("It is marked, and goes to those who teach."))


def unmark(visit: Visit) -> Response:
    call_id, seq = visit.number("id"), visit.number("seq")
    with visit.changing() as session:
        reviews.unmark(session, call_id, seq)
        visit.record(session, Deed("calls.unmarked", "call", str(call_id), {"line": seq}))
    return visit.go(f"/calls/{call_id}#line-{seq}", visit.text("The mark was taken back."))


def judge(visit: Visit) -> Response:
    card = visit.services.scorecard
    given = {criterion.code: visit.form(criterion.code, 20) for criterion in card.criteria}
    judgement = card.judge(given, visit.form("note", 2000))
    with visit.changing() as session:
        call = store.whole_call(session, visit.number("id"))
        if call.answered_at is None:
            raise ConflictError("a call that nobody answered cannot be judged")
        reviews.keep_card(session, card.label, card.model_dump(mode="json"), visit.now)
        before = reviews.judge(session, call.id, judgement, by=visit.who.username, at=visit.now)
        after: dict[str, Any] = {"score": judgement.score, "failed": judgement.failed, "by": card.label}
        after["points"] = dict(judgement.points)
        visit.record(session, Deed("calls.scored", "call", str(call.id), {"score": before}, after))
    return visit.go(f"/calls/{call.id}#quality", visit.text("The score was saved."))


def replay(visit: Visit) -> Response:
    """Put the call on the visitor's desk, anonymous: with the present script, or with that of then."""
    with visit.reading() as session:
        call = stored_call(session, visit.number("id"))
        key = store.whole_call(session, call.id).key
    check_replayable(call)
    then = visit.form("version", 12)
    scripts = scripts_of(visit, int(then) if then.isascii() and then.isdigit() else None)
    sitting = replayed(call, scripts.script(call.flow), scripts.noise(), visit.now)
    if key and visit.may(SEE_PERSONAL):  # what the customer said is shown there
        visit.show([key])
        visit.note_seen()
    visit.studio.sittings.begin(visit.who.user_id, sitting)
    return visit.go("/simulator")


PAGE = Page(
    routes=(
        PageRoute("/calls/{id:int}", show, "calls.read"),
        PageRoute("/calls/{id:int}/audio", audio, "calls.listen"),
        PageRoute("/calls/{id:int}/waveform", waveform, "calls.listen"),
        PageRoute("/calls/{id:int}/lines/{seq:int}/mark", mark, "calls.review", ("POST",)),
        PageRoute("/calls/{id:int}/lines/{seq:int}/unmark", unmark, "calls.review", ("POST",)),
        PageRoute("/calls/{id:int}/score", judge, "calls.review", ("POST",)),
        PageRoute("/calls/{id:int}/replay", replay, "simulator.use", ("POST",)),
    )
)
