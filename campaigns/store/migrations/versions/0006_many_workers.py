"""Many workers: who is alive, whose turn a member's is, and indexes over the members in question"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    (
        "ix_campaign_member_coming",
        ["campaign_id", "next_at", "priority", "id"],
        "state = 'waiting' AND NOT due",
    ),
    ("ix_campaign_member_due", ["campaign_id", "priority", "next_at", "id"], "state = 'waiting' AND due"),
    ("ix_campaign_member_queued", ["campaign_id", "worker"], "state = 'queued'"),
    ("ix_campaign_member_open", ["campaign_id"], "state <> 'done'"),
)


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_worker_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_index(op.f("ix_worker_state"), "worker", ["state"], unique=False)
    op.add_column(
        "campaign_member", sa.Column("due", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("campaign_member", sa.Column("worker", sa.String(length=64), nullable=True))
    op.drop_index("ix_campaign_member_due", table_name="campaign_member")
    for name, columns, where in INDEXES:
        only = sa.text(where)
        op.create_index(name, "campaign_member", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, _, _ in INDEXES:
        op.drop_index(name, table_name="campaign_member")
    op.create_index(
        "ix_campaign_member_due", "campaign_member", ["campaign_id", "state", "next_at", "priority"]
    )
    op.drop_column("campaign_member", "worker")
    op.drop_column("campaign_member", "due")
    op.drop_table("worker")
