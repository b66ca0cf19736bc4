"""A hash chain over the decisions, what was deleted in time, and facts on file"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from campaigns.compliance.chain import ZERO, link
from campaigns.store.models.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What is on record stays as it was written. Decisions go only at the end of their time, and after that is
# on record.
APPEND_ONLY = {
    "sqlite": (
        "DROP TRIGGER decision_no_delete",
        "CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision WHEN NOT EXISTS "
        "(SELECT 1 FROM deletion WHERE first_id <= OLD.id AND last_id >= OLD.id) "
        "BEGIN SELECT RAISE(ABORT, 'the decision log is append-only'); END",
        *(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only'); END"
            for table in ("deletion", "legal_fact")
            for change in ("UPDATE", "DELETE")
        ),
    ),
    "postgresql": (
        "DROP TRIGGER decision_append_only ON decision",
        "CREATE TRIGGER decision_append_only BEFORE UPDATE OR TRUNCATE ON decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE FUNCTION refuse_unrecorded_delete() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF EXISTS (SELECT 1 FROM deletion WHERE first_id <= OLD.id AND last_id >= OLD.id) "
        "THEN RETURN OLD; END IF; RAISE EXCEPTION 'the decision log is append-only'; END $$",
        "CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded_delete()",
        "CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change()"
            for table in ("deletion", "legal_fact")
        ),
    ),
}


def upgrade() -> None:
    op.add_column("decision", sa.Column("link", sa.String(length=64), nullable=True))
    op.create_index("uq_decision_attempt", "decision", ["attempt_id"], unique=True)
    head = op.create_table(
        "decision_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("start_id", sa.Integer(), nullable=False),
        sa.Column("start_link", sa.String(length=64), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("deletions", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_decision_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_head")),
    )
    op.create_table(
        "deletion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("first_id", sa.Integer(), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("last_link", sa.String(length=64), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=255), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_deletion_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    op.create_index(op.f("ix_deletion_call_id"), "deletion", ["call_id"], unique=False)
    op.create_index(op.f("ix_deletion_first_id"), "deletion", ["first_id"], unique=False)
    op.create_table(
        "legal_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("e164", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.String(length=255), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_legal_fact_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_legal_fact_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["withdraws_id"], ["legal_fact.id"], name=op.f("fk_legal_fact_withdraws_id_legal_fact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_fact")),
        sa.UniqueConstraint("withdraws_id", name=op.f("uq_legal_fact_withdraws_id")),
    )
    op.create_index(op.f("ix_legal_fact_customer_id"), "legal_fact", ["customer_id"], unique=False)
    last_id, start = _link_of_older_records()
    op.bulk_insert(
        head,
        [
            {
                "id": 1,
                "start_id": last_id,
                "start_link": start,
                "last_id": last_id,
                "link": start,
                "deletions": ZERO,
                "seal": None,
            }
        ],
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _link_of_older_records() -> tuple[int, str]:
    """Where the chain begins: after the records there are, which one link covers as a whole."""
    decision = sa.table(
        "decision",
        sa.column("id", sa.Integer()),
        sa.column("at", UtcDateTime()),
        sa.column("campaign_id", sa.Integer()),
        sa.column("customer_id", sa.Integer()),
        sa.column("number_id", sa.Integer()),
        sa.column("attempt_id", sa.Integer()),
        sa.column("verdict", sa.String()),
        sa.column("reason", sa.String()),
        sa.column("until", UtcDateTime()),
        sa.column("pack", sa.String()),
        sa.column("inputs", sa.JSON()),
    )
    last_id, covered = 0, ZERO
    query = sa.select(decision).order_by(decision.c.id)
    rows = op.get_bind().execute(query, execution_options={"yield_per": 1000})
    for row in rows:
        last_id, covered = row.id, link(covered, tuple(row))
    return last_id, covered


def downgrade() -> None:
    raise NotImplementedError("the older tables cannot hold the chain of decisions; restore a backup instead")
