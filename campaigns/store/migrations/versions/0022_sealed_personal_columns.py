"""Personal columns have room to be sealed, names are found by blind beginnings, and the key is on record"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEGINS = range(1, 5)
# SQLite keeps to no length, so these are altered on PostgreSQL alone: there it changes no row.
SHORT = (
    ("customer", "name", 64),
    ("customer", "id_tail", 4),
    ("phone_number", "e164", 16),
    ("attempt", "e164", 16),
    ("permit", "e164", 16),
    ("call", "e164", 16),
    ("transfer", "agent", 16),
    ("suppression", "e164", 16),
    ("follow_up", "note", 255),
    ("line_state", "fault", 255),
    ("message", "e164", 16),
    ("message", "reason", 255),
    ("text_received", "e164", 16),
    ("number_report", "e164", 16),
    ("legal_fact", "e164", 16),
    ("legal_fact", "evidence", 255),
    ("person_change", "reason", 255),
    ("export_record", "reason", 255),
    ("console_user", "display_name", 64),
    ("console_session", "address", 64),
    ("console_session", "agent", 255),
    ("audit_entry", "address", 64),
    ("audit_entry", "reason", 255),
    ("approval", "comment", 255),
    ("job", "note", 255),
    ("live_incoming", "e164", 16),
    ("live_order", "why", 255),
)


def upgrade() -> None:
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("check_value", sa.Text(), nullable=False),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_sealing_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing")),
    )
    for size in BEGINS:
        name = f"name_begins_{size}"
        op.add_column("customer", sa.Column(name, sa.BigInteger(), nullable=True))
        known = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_customer_{name}", "customer", [name], sqlite_where=known, postgresql_where=known)
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length in SHORT:
            op.alter_column(table, column, type_=sa.Text(), existing_type=sa.String(length))


def downgrade() -> None:
    bind = op.get_bind()
    if bind.execute(sa.text("SELECT 1 FROM sealing")).first() is not None:
        raise RuntimeError("the database is sealed: run 'xiaorong database unseal' first")
    if bind.dialect.name == "postgresql":
        for table, column, length in SHORT:
            op.alter_column(table, column, type_=sa.String(length), existing_type=sa.Text())
    for size in BEGINS:
        op.drop_index(f"ix_customer_name_begins_{size}", table_name="customer")
        op.drop_column("customer", f"name_begins_{size}")
    op.drop_table("sealing")
