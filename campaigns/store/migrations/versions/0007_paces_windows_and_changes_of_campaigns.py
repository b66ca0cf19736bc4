"""Paces of lines, windows of campaigns, and what was changed of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('reserved', 'dialing')")
OF_A_CAMPAIGN = ("windows", "retries", "caller_ids", "priorities")
CALLBACK = sa.text("state = 'waiting' AND NOT due AND callback_at IS NOT NULL")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "line_state",
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("circuit", sa.String(length=16), nullable=False),
        sa.Column("since", AT, nullable=True),
        sa.Column("until", AT, nullable=True),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=True),
        sa.Column("slowed_at", AT, nullable=True),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("campaigns", sa.JSON(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("fault_at", AT, nullable=True),
        sa.Column("fault", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_line_state")),
    )
    op.create_table(
        "pace",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pace")),
    )
    op.create_table(
        "campaign_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_change_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_change")),
    )
    op.create_index(op.f("ix_campaign_change_campaign_id"), "campaign_change", ["campaign_id"])
    op.create_table(
        "hour_answers",
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dials", sa.Double(), nullable=False),
        sa.Column("answers", sa.Double(), nullable=False),
        sa.Column("as_of", AT, nullable=False),
        sa.PrimaryKeyConstraint("day", "hour", name=op.f("pk_hour_answers")),
    )
    for name in OF_A_CAMPAIGN:
        op.add_column("campaign", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    op.add_column("campaign_member", sa.Column("timing", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(
        "ix_campaign_member_callback",
        "campaign_member",
        ["campaign_id", "next_at", "priority", "id"],
        sqlite_where=CALLBACK,
        postgresql_where=CALLBACK,
    )
    op.add_column("attempt", sa.Column("line", sa.String(length=32), nullable=True))
    op.add_column("attempt", sa.Column("caller_id", sa.String(length=32), nullable=True))
    op.create_index(
        "ix_attempt_on_line", "attempt", ["line", "campaign_id"], sqlite_where=LIVE, postgresql_where=LIVE
    )


def downgrade() -> None:
    op.drop_index("ix_attempt_on_line", "attempt")
    op.drop_column("attempt", "caller_id")
    op.drop_column("attempt", "line")
    op.drop_index("ix_campaign_member_callback", "campaign_member")
    op.drop_column("campaign_member", "timing")
    for name in OF_A_CAMPAIGN:
        op.drop_column("campaign", name)
    for name in ("hour_answers", "campaign_change", "pace", "line_state"):
        op.drop_table(name)
