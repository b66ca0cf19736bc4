"""A small installation with a console: customers with a story, a campaign, and a user of every role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

from campaigns.clock import VirtualClock
from campaigns.console.access.passwords import Passwords
from campaigns.console.access.permissions import Role
from campaigns.console.access.secrets import csrf_token, fingerprint, new_token
from campaigns.console.access.viewer import COOKIE
from campaigns.console.app import create_app
from campaigns.console.lifetime import Lifetime
from campaigns.console.services import Services, open_services
from campaigns.console.settings import ConsoleSettings, console_settings
from campaigns.console.web.behind import Behind
from campaigns.console.web.pace import Pace
from campaigns.console.web.recent import Recent
from campaigns.console.web.room import Streams
from campaigns.dialing.audience import Audience
from campaigns.metrics.port import open_metrics
from campaigns.settings import Settings, create_home, load_settings
from campaigns.store.campaigns import create_campaign
from campaigns.store.console.sessions import start_session
from campaigns.store.console.users import add_user, set_password, user_by_name
from campaigns.store.database import Database, Session
from campaigns.store.models import (
    Attempt,
    Call,
    CampaignMember,
    Customer,
    CustomerTag,
    DecisionRecord,
    FollowUp,
    Grade,
    Message,
    PhoneNumber,
    Promise,
    TurnRecord,
)
from campaigns.store.outcomes import suppress
from tests.integration.store.rows import AT, add_customer

PATIENCE_S = 60.0  # what is counted behind a page is there when a test asks
ORIGIN = "http://localhost"
PASSWORD = "correct horse battery staple"
CAMPAIGN = "march"
NAMES = ("欧阳明月", "司徒静怡", "皇甫思远", "上官若兰", "诸葛长风", "夏侯雨薇")
SAID = "您好，请问是{name}本人吗？"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def fill(database: Database) -> None:
    """Write the world into an empty, migrated database."""
    kept = CHEAP.hash(PASSWORD)
    with database.transaction() as session:
        for role in Role:
            user = add_user(session, role.value, f"the {role.value}", [role.value], AT)
            set_password(session, user.id, kept, AT)
        customers = [add_customer(session, days_past_due=3 * place) for place in range(len(NAMES))]
        for place, (customer, name) in enumerate(zip(customers, NAMES, strict=True)):
            customer.name, customer.id_tail = name, f"98{place}7"
        create_campaign(
            session, CAMPAIGN, "repayment-reminder", Audience(), concurrency=2, calls_per_second=1, at=AT
        )
        create_campaign(
            session, "april", "repayment-reminder", Audience(), concurrency=2, calls_per_second=1, at=AT
        )
        session.flush()
        for place, customer in enumerate(customers):
            _story(session, customer, place)
        suppress(session, reason="do_not_call", at=AT, customer_id=customers[1].id)


def _story(session: Session, customer: Customer, place: int) -> None:
    member = session.query(CampaignMember).filter_by(customer_id=customer.id).first()
    number = session.query(PhoneNumber).filter_by(customer_id=customer.id).one()
    session.add(
        Grade(
            customer_id=customer.id,
            letter="ABCD"[place % 4],
            points=place,
            reasons=["late_now>=B"],
            rules_version="r",
            graded_at=AT,
        )
    )
    session.add(CustomerTag(customer_id=customer.id, tag="dormant", source="t", since=AT))
    if member is None:
        return
    attempt = Attempt(
        member_id=member.id, campaign_id=member.campaign_id, customer_id=customer.id, number_id=number.id,
        e164=number.e164, turn=1, n=1, state="ended", worker="w", reserved_at=AT, dialed_at=AT, ended_at=AT,
        disposition="promise",
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    session.add(
        DecisionRecord(
            at=AT, campaign_id=member.campaign_id, customer_id=customer.id, number_id=number.id,
            attempt_id=attempt.id, verdict="allow", reason="allowed", pack="cn@1",
        )
    )  # fmt: skip
    call = Call(
        attempt_id=attempt.id, campaign_id=member.campaign_id, customer_id=customer.id, e164=number.e164,
        line="simulated", line_call_id=str(place), flow="repayment-reminder", flow_version="1", started_at=AT,
        answered_at=AT, ended_at=AT + timedelta(seconds=65), cause="normal", disposition="promise",
        right_party=True, effective=True,
    )  # fmt: skip
    session.add(call)
    session.flush()
    said = SAID.format(name=customer.name)
    session.add(TurnRecord(call_id=call.id, seq=0, at=AT, speaker="bot", text=said, step="greet"))
    session.add(
        Promise(
            call_id=call.id, customer_id=customer.id, account_id=member.account_id, amount=120_000,
            currency="CNY", due=AT.date() + timedelta(days=2), made_at=AT,
        )
    )  # fmt: skip
    session.add(
        Message(
            customer_id=customer.id, call_id=call.id, channel="sms", template="promise_confirmed",
            body=f"{customer.name}您好", created_at=AT,
        )
    )  # fmt: skip
    session.add(FollowUp(customer_id=customer.id, call_id=call.id, reason="promise", created_at=AT))


class Browser:
    """A client with a session of one user, that sends forms as a page of ours would."""

    def __init__(self, app: Starlette, token: str = "", origin: str = ORIGIN) -> None:
        self.client = TestClient(app, base_url=origin, follow_redirects=False, raise_server_exceptions=False)
        self.origin = origin
        self.token = token
        if token:
            self.client.cookies.set(COOKIE, token)

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer: httpx.Response = self.client.get(path, headers=headers)
        return answer

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        data = {"csrf": csrf_token(self.token), **(fields or {})} if self.token else dict(fields or {})
        answer: httpx.Response = self.client.post(path, data=data, headers={"origin": self.origin, **headers})
        return answer

    def find(self, page: str, **fields: str) -> httpx.Response:
        """The page to which its search leads, as in a browser without script."""
        return self.get(self.post(page, fields).headers["location"])


@dataclass
class World:
    """The console under test, with a clock that the test moves."""

    services: Services
    clock: VirtualClock
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.services)
        self.app.state.jobs.begin = self.app.state.jobs.work  # in the request that asks for it: no waiting

    @property
    def database(self) -> Database:
        return self.services.database

    def wait(self, **length: float) -> datetime:
        """Let time pass."""
        self.clock.set(self.clock.now() + timedelta(**length))
        return self.clock.now()

    def configured(self, **console: Any) -> World:
        """The same with other settings of the console."""
        changed = ConsoleSettings.model_validate({**self.services.console.model_dump(), **console})
        return World(replace(self.services, console=changed, pace=Pace(lambda: 0.0)), self.clock)

    def visitor(self, origin: str = ORIGIN) -> Browser:
        """Somebody who is not signed in."""
        return Browser(self.app, origin=origin)

    def user_id(self, username: str) -> int:
        with self.database.reading() as session:
            return user_by_name(session, username).id

    def browser(self, role: str) -> Browser:
        """A browser in which the user of this role is signed in."""
        token, now = new_token(), self.clock.now()
        with self.database.transaction() as session:
            start_session(
                session,
                self.user_id(role),
                fingerprint(token),
                at=now,
                expires_at=now + self.services.console.longest_session,
                address="testclient",
                agent="test",
            )
        return Browser(self.app, token)


def open_world(home: Path, database: Database) -> World:
    """The console over a filled database."""
    create_home(home)
    clock = VirtualClock(AT)
    settings = load_settings(home).model_copy(update={"console": {"run_campaigns": False}})
    services = replace(_rules(), settings=settings, console=console_settings(settings))
    # What is counted once for all who look is of one world, and so is how fast they may ask.
    own: dict[str, Any] = {
        "pace": Pace(lambda: 0.0),
        "recent": Recent(),
        "behind": Behind(PATIENCE_S),
        "streams": Streams(),
    }
    own["lifetime"] = Lifetime()
    services = replace(services, metrics=open_metrics(settings, database), **own)
    return World(replace(services, database=database, clock=clock, passwords=CHEAP), clock)


@cache
def _rules() -> Services:
    """Services whose rules are read once for all tests."""
    settings = Settings(home=Path("nowhere"), institution="融安消费金融", hotline="4008001234")
    return open_services(settings, console_settings(settings), Database("sqlite://"), VirtualClock(AT))


class Seen(HTMLParser):
    """What a page is made of: its tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
