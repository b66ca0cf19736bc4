"""Audiences by a list of keys, calls as they happen, and indexes for what a day asks for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "audience_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_list")),
    )
    op.create_table(
        "audience_list_entry",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["audience_list.id"], name=op.f("fk_audience_list_entry_list_id_audience_list")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_audience_list_entry_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("list_id", "customer_id", name=op.f("pk_audience_list_entry")),
    )
    op.create_table(
        "live_watch",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_live_watch")),
    )
    op.create_table(
        "live_board",
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_live_board")),
    )
    op.create_table(
        "live_line",
        sa.Column("attempt_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speaker", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_live_line_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("attempt_id", "seq", name=op.f("pk_live_line")),
    )
    op.create_index(
        "ix_follow_up_open",
        "follow_up",
        ["reason", "urgent", "id"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_payment_paid_on"), "payment", ["paid_on"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_paid_on"), table_name="payment")
    op.drop_index("ix_follow_up_open", table_name="follow_up")
    for table in ("live_line", "live_board", "live_watch", "audience_list_entry", "audience_list"):
        op.drop_table(table)
