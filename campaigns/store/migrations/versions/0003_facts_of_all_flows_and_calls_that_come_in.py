"""Plans, payments, invitations and consent, where promises stand, and calls that come in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instalment_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("first_due", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_instalment_plan_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment_plan")),
    )
    op.create_index(op.f("ix_instalment_plan_account_id"), "instalment_plan", ["account_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_ledger", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_reference")),
    )
    op.create_index(op.f("ix_payment_account_id"), "payment", ["account_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("campaign_id", name=op.f("uq_invitation_campaign_id")),
    )
    op.add_column(
        "campaign", sa.Column("purpose", sa.String(length=16), nullable=False, server_default="reminder")
    )
    op.add_column("customer", sa.Column("last_active_on", sa.Date(), nullable=True))
    op.add_column("customer", sa.Column("marketing_consent", sa.Boolean(), nullable=True))
    op.add_column("customer", sa.Column("marketing_consent_on", sa.Date(), nullable=True))
    op.add_column("turn", sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("turn", sa.Column("heard", sa.Text(), nullable=True))
    _calls()
    _promises()
    with op.batch_alter_table("follow_up") as batch_op:
        batch_op.alter_column("customer_id", existing_type=sa.Integer(), nullable=True)


def _calls() -> None:
    """Calls that come in: without attempt and campaign, perhaps without a customer."""
    with op.batch_alter_table("call") as batch_op:
        batch_op.add_column(
            sa.Column("direction", sa.String(length=8), nullable=False, server_default="outbound")
        )
        batch_op.add_column(sa.Column("e164", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("recording", sa.Text(), nullable=True))
        for name in ("attempt_id", "campaign_id", "customer_id"):
            batch_op.alter_column(name, existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(
            op.f("ck_call_direction"),
            "direction = 'inbound' OR direction = 'outbound' "
            "AND attempt_id IS NOT NULL AND campaign_id IS NOT NULL AND customer_id IS NOT NULL",
        )
    op.execute("UPDATE call SET e164 = (SELECT attempt.e164 FROM attempt WHERE attempt.id = call.attempt_id)")


def _promises() -> None:
    """What was promised for the rest or on a plan, and why a promise stands where it does."""
    with op.batch_alter_table("promise") as batch_op:
        batch_op.alter_column("call_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("rest_due", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("owed", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("plan_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("paid", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_promise_plan_id_instalment_plan"), "instalment_plan", ["plan_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("the older tables cannot hold calls that came in; restore a backup instead")
