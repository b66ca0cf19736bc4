from __future__ import annotations

from datetime import timedelta

from campaigns.dialing.audience import Audience
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.database import Database
from campaigns.store.figures import standing_of
from campaigns.store.models import LineState, Message, WebhookDelivery, WebhookEndpoint, WebhookEvent
from tests.integration.store.rows import AT, add_customer

DAY = timedelta(hours=24)


def test_what_stands_is_counted(database: Database) -> None:
    with database.transaction() as session:
        customers = [add_customer(session, days_past_due=3) for _ in range(3)]
        campaign = create_campaign(
            session, "march", "repayment-reminder", Audience(), concurrency=2, calls_per_second=1, at=AT
        )
        start_campaign(session, campaign.id, AT)
        for age, state in ((0, "queued"), (1, "failed"), (2, "failed"), (30, "delivered")):
            session.add(
                Message(
                    customer_id=customers[0].id, channel="sms", template="t", body="b", state=state,
                    created_at=AT - timedelta(hours=age),
                )
            )  # fmt: skip
        session.add(LineState(line="simulated", circuit="open"))
        endpoint = WebhookEndpoint(name="core", url="https://x", sealed_secret="s", created_at=AT)
        events = [
            WebhookEvent(uid=str(place), type="t", stream="s", at=AT - timedelta(minutes=place))
            for place in range(4)
        ]
        session.add_all([endpoint, *events])
        session.flush()
        states = ("pending", "pending", "dead", "delivered")
        session.add_all(
            WebhookDelivery(event_id=event.id, endpoint_id=endpoint.id, stream="s", state=state)
            for event, state in zip(events, states, strict=True)
        )
    with database.reading() as session:
        found = standing_of(session, AT + timedelta(days=1), timedelta(days=2))
        late = standing_of(session, AT, DAY)
    assert (found.running, found.due, found.queued, found.workers, found.calls) == (1, 3, 0, 0, 0)
    assert late.messages == {"queued": 1, "failed": 2}
    assert late.circuits == {"simulated": "open"}
    assert late.outbox == {"pending": 2, "dead": 1}
    assert late.oldest_event_at == AT - timedelta(minutes=1)
