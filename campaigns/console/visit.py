"""One request, as a page sees it: who asks, the store, the form, and the answer in the visitor's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from campaigns.console.access.secrets import csrf_token
from campaigns.console.access.viewer import Viewer, is_secure
from campaigns.console.job import Jobs
from campaigns.console.menu import MenuEntry
from campaigns.console.services import Services
from campaigns.console.simulator.studio import Studio
from campaigns.console.view.formats import Formats
from campaigns.console.view.languages import translations
from campaigns.console.view.saying import said
from campaigns.console.view.templates import environment
from campaigns.console.web.behind import Counted
from campaigns.console.web.compressed import padding
from campaigns.errors import AccessError, NotFoundError
from campaigns.private import Private
from campaigns.said import Said
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.database import Session

NOTICE: Final = "xr_notice"
LARGEST: Final = 2**31 - 1  # of the store's numbers
AT_MOST: Final = 200  # customers named in one row of the audit log; of more there are more rows


@dataclass(slots=True)
class Visit:
    """What a page handler gets. It runs on a thread, so the store may be used as it is.

    ``cookie``: the session's token, or that of a browser that is not signed in: what forms are signed for.
    """

    request: Request
    services: Services
    viewer: Viewer | None
    language: str
    cookie: str
    fields: FormData | None = None
    content: bytes | None = None
    _csrf: str = ""
    _seen: dict[str, None] = field(default_factory=dict)
    _told: dict[str, None] = field(default_factory=dict)  # on record already, of a stream

    @property
    def now(self) -> datetime:
        return self.services.now()

    @property
    def who(self) -> Viewer:
        """Who asks, on a page that asks for an action. Raises AccessError for nobody."""
        if self.viewer is None:
            raise AccessError("sign in first")
        return self.viewer

    @property
    def address(self) -> str:
        """Where the browser is; that of a proxy in front only where it is no trusted one."""
        return self.request.client.host if self.request.client else ""

    @property
    def actor(self) -> Actor:
        return self.viewer.actor(self.address) if self.viewer else Actor(None, "", "session", self.address)

    @property
    def partial(self) -> bool:
        """htmx asks for a part of the page only."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    @property
    def jobs(self) -> Jobs:
        """Work that outlasts the request."""
        jobs: Jobs = self.request.app.state.jobs
        return jobs

    @property
    def studio(self) -> Studio:
        """Scripts at hand, and the desks of the simulator."""
        studio: Studio = self.request.app.state.studio
        return studio

    @property
    def formats(self) -> Formats:
        """Money, numbers and times in the visitor's language."""
        return Formats(self.language, self.services.settings.zone, self.now)

    @property
    def csrf(self) -> str:
        """What forms of this visit carry: one for all, so that a stream tells only of real changes."""
        if not self._csrf and self.cookie:
            self._csrf = csrf_token(self.cookie)
        return self._csrf

    @property
    def menu(self) -> list[MenuEntry]:
        """The navigation, as far as the visitor may go."""
        return [entry for entry in self.request.app.state.menu if self.may(entry.asks)]

    def may(self, action: str) -> bool:
        return self.viewer is not None and self.viewer.may(action)

    def text(self, message: str, **values: Any) -> str:
        """A message in the visitor's language; it must stand in the catalogues."""
        found: str = translations(self.language).ugettext(message)
        return found % values if values else found

    def explain(self, error: Said | Exception | str) -> str:
        """What an error says, in the visitor's language where the catalogues have it."""
        return said(error, self.language)

    def query(self, name: str, longest: int = 100) -> str:
        """A query parameter, trimmed; empty when it is not given."""
        return self.request.query_params.get(name, "").strip()[:longest]

    def query_number(self, name: str) -> int | None:
        """A whole number from the query; None where there is none or it is too long for one of ours."""
        value = self.query(name, 12)
        return int(value) if value.isascii() and value.isdigit() else None

    def midnight(self, day: str, *, later: int = 0) -> datetime | None:
        """The beginning of a day as a form writes it, where the house is, or of the ``later``-th after it."""
        try:
            wanted = date.fromisoformat(day) + timedelta(days=later)
            return datetime.combine(wanted, time(), self.services.settings.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def number(self, name: str) -> int:
        """A number from the path, which the route has made one. Raises NotFoundError for none of ours."""
        value = int(self.request.path_params[name])
        if value > LARGEST:
            raise NotFoundError("there is no %(value)s", value=value)
        return value

    def form(self, name: str, longest: int = 1000) -> str:
        """A field of the form, trimmed; empty when it is not there."""
        value = self.fields.get(name, "") if self.fields is not None else ""
        return value.strip()[:longest] if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """A field as it was typed."""
        value = self.fields.get(name, "") if self.fields is not None else ""
        return value if isinstance(value, str) else ""

    def choices(self, name: str) -> list[str]:
        """All values of a field that may stand several times."""
        values = self.fields.getlist(name) if self.fields is not None else []
        return [value for value in values if isinstance(value, str)]

    def upload(self, name: str) -> UploadFile | None:
        """An uploaded file."""
        value = self.fields.get(name) if self.fields is not None else None
        return value if isinstance(value, UploadFile) else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads. Raises StoreError."""
        with self.services.database.reading() as session:
            yield session

    @contextmanager
    def changing(self, *deeds: Deed) -> Iterator[Session]:
        """A transaction; the deeds given go on record with it. Raises StoreError."""
        with self.services.database.transaction() as session:
            yield session
            for deed in deeds:
                self.record(session, deed)

    def record(self, session: Session, deed: Deed) -> None:
        """Put one deed on record."""
        record(session, self.actor, deed, self.now)

    def reveals(self, value: Private) -> bool:
        """Whether the visitor may see it; then it is noted that they did."""
        if self.viewer is None or not self.viewer.sees_personal:
            return False
        self._seen[value.about] = None
        return True

    def render(self, template: str, *, part: str | None = None, status: int = 200, **values: Any) -> Response:
        """The page; ``part`` in its place where htmx asks for that alone.

        What personal data it shows goes on record; what cannot be put there is not shown. Raises StoreError.
        """
        notice, told = self._notice()
        context: dict[str, Any] = {
            "visit": self,
            "viewer": self.viewer,
            "may": self.may,
            "reveals": self.reveals,
            "fmt": self.formats,
            "csrf": self.csrf,
            "notice": notice,
            "path": self.request.url.path,
            "menu": self.menu,
            "theme": self.viewer.theme if self.viewer else "auto",
            "institution": self.services.settings.institution,
            **values,
        }
        name = part if part is not None and self.partial else template
        body = environment(self.language).get_template(name).render(context) + padding()
        self.note_seen()
        response = HTMLResponse(body, status_code=status)
        response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
        response.headers["Content-Language"] = self.language
        if told:
            response.delete_cookie(NOTICE)
        return response

    def part(self, template: str, **values: Any) -> str:
        """A part of a page on its own, for one that is sent again as it changes.

        Whose personal data it shows goes on record once a visit: a stream is one. Raises StoreError.
        """
        before = set(self._told)
        context = {"visit": self, "viewer": self.viewer, "may": self.may, "reveals": self.reveals,
                   "fmt": self.formats, "path": self.request.url.path, "csrf": self.csrf,
                   **values}  # fmt: skip
        body = environment(self.language).get_template(template).render(context)
        for subject in before:
            self._seen.pop(subject, None)
        self._told |= dict.fromkeys(self._seen)
        self.note_seen()
        return body

    def sketch(self, template: str, **values: Any) -> tuple[str, frozenset[str]]:
        """A part that is drawn for others too who may do the same: nothing of this visitor's own is in it.

        With it come the customers whose data it shows: whoever sends it sees to it that this goes on record.
        """
        seen: set[str] = set()

        def reveals(value: Private) -> bool:
            if self.viewer is None or not self.viewer.sees_personal:
                return False
            seen.add(value.about)
            return True

        context = {"may": self.may, "reveals": reveals, "fmt": self.formats, **values}
        return environment(self.language).get_template(template).render(context), frozenset(seen)

    def show(self, subjects: Iterable[str]) -> None:
        """Data of these customers is part of the page that is rendered next."""
        self._seen |= dict.fromkeys(subjects)

    def go(self, path: str, notice: str = "", *, kind: str = "done") -> Response:
        """To another page of ours, which shows ``notice``, a text in the visitor's language."""
        response: Response
        if self.partial:
            response = Response(status_code=204, headers={"HX-Redirect": quote(path, safe="/?&=%#")})
        else:
            response = RedirectResponse(path, status_code=303)
        if notice:
            content = quote(json.dumps([kind, notice[:300]], ensure_ascii=False))
            response.set_cookie(
                NOTICE,
                content,
                max_age=30,
                httponly=True,
                samesite="lax",
                secure=is_secure(self.request),
            )
        return response

    def _notice(self) -> tuple[tuple[str, str] | None, bool]:
        raw = self.request.cookies.get(NOTICE)
        if raw is None or self.partial:
            return None, False
        try:
            kind, text = json.loads(unquote(raw))
        except (ValueError, TypeError, RecursionError):  # the browser's own: it may hold anything
            return None, True
        return (("done" if kind == "done" else "warn", str(text)), True)

    def note_seen(self) -> None:
        """Put on record whose personal data was revealed: before it is sent. Raises StoreError."""
        if not self._seen:
            return
        note_all_seen([(self, self._seen)])
        self._seen.clear()


def note_all_seen(seen: Sequence[tuple[Visit, Iterable[str]]]) -> None:
    """Put on record whose personal data these visits were shown, in one transaction. Raises StoreError."""
    if not seen:
        return
    with seen[0][0].services.database.transaction() as session:
        for visit, customers in seen:
            subjects = sorted(customers)
            path = visit.request.url.path
            one = len(subjects) == 1
            kind, subject = ("customer", subjects[0]) if one else ("customers", path)
            for at in range(0, len(subjects), AT_MOST):
                named = subjects[at : at + AT_MOST]
                after = {"page": path, "customers": named, "count": len(named)}
                visit.record(session, Deed("personal.seen", kind, subject, after=after))


def counted_at(visit: Visit, counted: Counted[Any]) -> datetime:
    """When figures were counted that are shown."""
    return visit.now - timedelta(seconds=counted.age_s)
