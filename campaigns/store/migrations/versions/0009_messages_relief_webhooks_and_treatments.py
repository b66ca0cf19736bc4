"""Messages that are sent, the book of relief, payment links, webhooks and what treatments had done"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("follow_up") as batch_op:
        batch_op.add_column(sa.Column("closed_at", _AT, nullable=True))
        batch_op.add_column(sa.Column("closed_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(length=255), nullable=True))
    op.add_column("campaign", sa.Column("standing", sa.String(length=48), nullable=True))
    op.create_index(op.f("ix_campaign_standing"), "campaign", ["standing"], unique=False)
    op.add_column("promise", sa.Column("link_opened_at", _AT, nullable=True))
    _messages()
    _relief()
    _webhooks()
    _treatments()


def _messages() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("promise_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("occasion", sa.String(length=16), nullable=False, server_default="follow_up")
        )
        batch_op.add_column(
            sa.Column("reveals_debt", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("has_link", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("e164", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("key", sa.String(length=96), nullable=True))
        batch_op.add_column(sa.Column("due_at", _AT, nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reserved_at", _AT, nullable=True))
        batch_op.add_column(sa.Column("settled_at", _AT, nullable=True))
        batch_op.add_column(sa.Column("line", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("line_message_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("pack", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(op.f("fk_message_promise_id_promise"), "promise", ["promise_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_message_key"), ["key"])
        batch_op.create_unique_constraint(op.f("uq_message_line"), ["line", "line_message_id"])
    op.create_index("ix_message_due", "message", ["state", "due_at"], unique=False)
    # The one template that spoke of a debt, and the number that the right party was spoken to on.
    op.execute("UPDATE message SET reveals_debt = true WHERE template = 'promise_confirmed'")
    op.execute("UPDATE message SET e164 = (SELECT call.e164 FROM call WHERE call.id = message.call_id)")
    op.create_table(
        "text_received",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("line_message_id", sa.String(length=64), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_received")),
        sa.UniqueConstraint("line", "line_message_id", name=op.f("uq_text_received_line")),
    )
    op.create_index(op.f("ix_text_received_e164"), "text_received", ["e164"], unique=False)
    op.create_table(
        "payment_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("first_clicked_at", _AT, nullable=True),
        sa.Column("last_clicked_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_payment_link_promise_id_promise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_link")),
        sa.UniqueConstraint("promise_id", name=op.f("uq_payment_link_promise_id")),
    )


def _relief() -> None:
    op.create_table(
        "relief_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", _AT, nullable=False),
        sa.CheckConstraint(
            "kind = 'booked' AND amount > 0 AND reverses_id IS NULL "
            "OR kind = 'lapsed' AND amount = 0 AND reverses_id IS NULL "
            "OR kind = 'reversed' AND amount <= 0 AND reverses_id IS NOT NULL",
            name=op.f("ck_relief_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["relief_offer.id"], name=op.f("fk_relief_entry_offer_id_relief_offer")
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_relief_entry_promise_id_promise")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_relief_entry_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["relief_entry.id"], name=op.f("fk_relief_entry_reverses_id_relief_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_entry")),
        sa.UniqueConstraint("offer_id", "seq", name=op.f("uq_relief_entry_offer_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_relief_entry_reverses_id")),
    )
    op.create_index(op.f("ix_relief_entry_promise_id"), "relief_entry", ["promise_id"], unique=False)
    op.create_index(op.f("ix_relief_entry_account_id"), "relief_entry", ["account_id"], unique=False)


def _webhooks() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("removed_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_endpoint_name")),
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_webhook_event_uid")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", _AT, nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("settled_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["webhook_event.id"], name=op.f("fk_webhook_delivery_event_id_webhook_event")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_delivery_endpoint_id")),
    )
    op.create_index(
        "ix_webhook_delivery_queue",
        "webhook_delivery",
        ["state", "endpoint_id", "stream", "id"],
        unique=False,
    )


def _treatments() -> None:
    op.create_table(
        "treatment_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("treatment", sa.String(length=48), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_treatment_action_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_action")),
        sa.UniqueConstraint("customer_id", "action", "on", name=op.f("uq_treatment_action_customer_id")),
    )
    op.create_index("ix_treatment_action_open", "treatment_action", ["action", "state"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("what was sent and booked must not be forgotten; restore a backup instead")
