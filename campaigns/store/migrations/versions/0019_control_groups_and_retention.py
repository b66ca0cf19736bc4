"""Why a campaign calls control groups of other experiments, and what is deleted at the end of its time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


# The log of who saw what may be shortened at the end of its time, once that is on record.
AUDIT = {
    "sqlite": (
        "DROP TRIGGER audit_entry_no_delete",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN NOT EXISTS "
        "(SELECT 1 FROM deletion WHERE kind = 'audit' AND newest_at >= OLD.at) "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "DROP TRIGGER audit_entry_append_only ON audit_entry",
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()",
        "CREATE FUNCTION refuse_unrecorded_delete_of_audit() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF EXISTS (SELECT 1 FROM deletion WHERE kind = 'audit' AND newest_at >= OLD.at) "
        "THEN RETURN OLD; END IF; RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded_delete_of_audit()",
    ),
}
BACK = {
    "sqlite": (
        "DROP TRIGGER audit_entry_no_delete",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "DROP TRIGGER audit_entry_no_delete ON audit_entry",
        "DROP FUNCTION refuse_unrecorded_delete_of_audit()",
        "DROP TRIGGER audit_entry_append_only ON audit_entry",
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()",
    ),
}


def upgrade() -> None:
    op.add_column("campaign", sa.Column("control_groups", sa.String(length=255), nullable=True))
    op.create_table(
        "retention_period",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_retention_period_days")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_period")),
    )
    _execute(AUDIT)


def downgrade() -> None:
    _execute(BACK)
    op.drop_table("retention_period")
    op.drop_column("campaign", "control_groups")


def _execute(statements: dict[str, tuple[str, ...]]) -> None:
    for statement in statements[op.get_bind().dialect.name]:
        op.execute(statement)
