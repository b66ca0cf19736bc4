"""Every personal column is either sealed, or named here with why it is not.

``campaigns.store.models.personal`` tells of every column that can hold words whether it is personal.
"""

from __future__ import annotations

from sqlalchemy import JSON, String, Text

from campaigns.store.models import Base
from campaigns.store.models.personal import STAFF, TABLES

PLAIN = (String, Text, JSON)
CODES = """
campaign_member.grade customer.gender customer.region customer_tag.tag customer_treatment.reasons
customer_treatment.treatment grade.letter grade.reasons life_cycle_grade.letter life_cycle_grade.outcome
life_cycle_grade.reasons turn.intent
"""
# The lender's own keys, and those of carriers and of ourselves: what is joined, looked up by its beginning or
# told to other systems. They say who only to whoever has the lender's system too.
KEYS = """
account.external_id approval.subject audit_entry.subject call.carrier_recording call.recording
customer.external_id job.subject life_cycle_grade.key live_board.calls payment.reference
webhook_delivery.stream webhook_event.stream
"""
# Amounts in arrears and bills: the database adds and compares them.
FIGURES = "account.arrears_history account.bill_history account.payment_history treatment_action.details"
# Staff by their user names, beside the columns of the kind STAFF; files of ours, and what our own server or
# an endpoint answered.
HOUSE = """
audit_entry.by export_record.file_name idempotent_request.answer job.by webhook_delivery.reason
"""
# ``decision.inputs`` is what the chain covers: ids, codes, times and counts, nothing personal.
HASHES = "decision.inputs sign_in_throttle.key"


def test_every_personal_column_is_sealed_or_named_with_why_not() -> None:
    personal = {
        f"{table}.{column}"
        for table, held in TABLES.items()
        for column, kind in held.personal.items()
        if kind != STAFF
    }
    clear = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if type(column.type) in PLAIN
    }
    named = [name for group in (CODES, KEYS, FIGURES, HOUSE, HASHES) for name in group.split()]
    assert len(named) == len(set(named))
    missing = personal & clear - set(named)
    assert missing == set(), "seal it (campaigns/store/sealed/types.py), or say here why not"
    assert set(named) - (personal & clear) == set()
