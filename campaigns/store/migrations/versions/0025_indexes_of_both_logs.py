"""The audit log by its time, alone and with who, what and whom; a customer's decisions in their order"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AUDIT, DECISION = "audit_entry", "decision"
NEW = (
    ("ix_audit_entry_when", AUDIT, ["at", "id"]),
    ("ix_audit_entry_who", AUDIT, ["by", "at", "id"]),
    ("ix_audit_entry_what", AUDIT, ["action", "at", "id"]),
    ("ix_audit_entry_deeds", AUDIT, ["by", "action", "at", "id"]),
    ("ix_audit_entry_whom", AUDIT, ["subject_kind", "subject", "at", "id"]),
    ("ix_decision_customer", DECISION, ["customer_id", "id"]),
)
OLD = (
    ("ix_audit_entry_at", AUDIT, ["at"]),
    ("ix_audit_entry_action", AUDIT, ["action"]),
    ("ix_audit_entry_subject", AUDIT, ["subject_kind", "subject", "id"]),
    ("ix_decision_customer_id", DECISION, ["customer_id"]),
)


def upgrade() -> None:
    _change(OLD, NEW)


def downgrade() -> None:
    _change(NEW, OLD)


def _change(
    before: Sequence[tuple[str, str, list[str]]], after: Sequence[tuple[str, str, list[str]]]
) -> None:
    for name, table, _ in before:
        op.drop_index(name, table_name=table)
    for name, table, columns in after:
        op.create_index(name, table, columns)
