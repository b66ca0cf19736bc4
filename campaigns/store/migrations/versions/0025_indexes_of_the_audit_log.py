"""The audit log by its time, alone and with who, what and whom: each page is one step along an index"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = "audit_entry"
NEW = {
    "ix_audit_entry_when": ["at", "id"],
    "ix_audit_entry_who": ["by", "at", "id"],
    "ix_audit_entry_what": ["action", "at", "id"],
    "ix_audit_entry_deeds": ["by", "action", "at", "id"],
    "ix_audit_entry_whom": ["subject_kind", "subject", "at", "id"],
}
OLD = {
    "ix_audit_entry_at": ["at"],
    "ix_audit_entry_action": ["action"],
    "ix_audit_entry_subject": ["subject_kind", "subject", "id"],
}


def upgrade() -> None:
    _change(OLD, NEW)


def downgrade() -> None:
    _change(NEW, OLD)


def _change(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    for name in before:
        op.drop_index(name, table_name=TABLE)
    for name, columns in after.items():
        op.create_index(name, TABLE, columns)
