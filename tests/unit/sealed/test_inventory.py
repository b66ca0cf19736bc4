"""Every column that can hold words is either sealed, or named here with why it is not."""

from __future__ import annotations

from sqlalchemy import JSON, String, Text

from campaigns.store.models import Base

PLAIN = (String, Text, JSON)
CODES = """
account.currency account.product approval.action approval.state approval.subject_kind attempt.disposition
attempt.state audit_entry.action audit_entry.subject_kind audit_entry.via call.cause call.direction
call.disposition call.flow call.flow_version campaign.flow campaign.purpose campaign.state
campaign_change.what campaign_member.grade campaign_member.outcome campaign_member.state
campaign_member.treatment campaign_tally.code campaign_tally.what column_mapping.kind console_user.language
console_user.roles console_user.theme customer.gender customer.region customer_tag.source customer_tag.tag
customer_treatment.reasons customer_treatment.source customer_treatment.treatment decision.pack
decision.reason decision.verdict deletion.kind deletion.why experiment_arm.flow experiment_arm.kind
export_record.dataset export_record.format follow_up.reason follow_up.state grade.letter grade.reasons
grade.rules_version hour_answers.day job.kind job.state job.subject_kind legal_fact.kind
life_cycle_grade.letter life_cycle_grade.outcome life_cycle_grade.reasons life_cycle_grade.rules_version
life_cycle_grade.stage line_state.circuit live_line.intent live_line.speaker live_order.detail
live_order.kind live_order.state message.channel message.occasion message.pack message.state message.template
misunderstanding.intent number_report.source number_report.status payment.currency permit.pack
person_change.kind phone_number.relation phone_number.status phone_number.status_source promise.currency
promise.reason promise.state quality_score.points quality_score.scorecard relief_entry.currency
relief_entry.kind relief_entry.reason relief_offer.kind retention_period.kind sealing.state
suppression.reason text_received.wish transfer.state treatment_action.action treatment_action.state
treatment_action.treatment turn.intent turn.prompt turn.speaker turn.step upload.kind upload.state
webhook_delivery.state webhook_endpoint.events webhook_event.type worker.state
"""
# The lender's own keys, and those of carriers and of ourselves: what is joined, looked up by its beginning or
# told to other systems. They say who only to whoever has the lender's system too.
KEYS = """
account.external_id approval.subject audit_entry.subject call.carrier_recording call.line_call_id
call.recording customer.external_id idempotent_request.key job.subject life_cycle_grade.key
live_incoming.line_call_id live_line.call live_order.call live_order.pending live_watch.call message.key
message.line_message_id payment.reference permit.id text_received.line_message_id webhook_delivery.stream
webhook_event.stream webhook_event.uid
"""
# Amounts in arrears and bills: the database adds and compares them.
FIGURES = "account.arrears_history account.bill_history account.payment_history treatment_action.details"
# What is of the house and its machines: staff by their user names, files, lines, numbers of ours, settings.
HOUSE = """
api_token.name api_token.scopes attempt.caller_id attempt.line attempt.worker audience_list.created_by
audience_list.name audit_entry.by call.line campaign.audience campaign.caller_ids campaign.control_groups
campaign.name campaign.pause_reason campaign.pause_said campaign.priorities campaign.retries
campaign.standing campaign.windows campaign_change.after campaign_change.before campaign_change.by
campaign_member.reason campaign_member.timing campaign_member.worker column_mapping.by column_mapping.columns
column_mapping.name console_user.username experiment.name experiment_arm.name export_record.actor
export_record.file_name follow_up.closed_by idempotent_request.answer import_batch.file_name
instalment_plan.approved_by invitation.approved_by invitation.text job.by ledger_gap.confirmed_by
ledger_gap.reason ledger_gap.restored_by legal_fact.recorded_by line_state.campaigns line_state.line
line_state.starts live_board.calls live_board.worker live_incoming.line live_incoming.teller live_order.by
message.line misunderstanding.by pace.name pace.starts payment.file_name person_change.by quality_score.by
relief_entry.approved_by relief_offer.approved_by retention_period.by retention_period.reason
scorecard.content scorecard.label script_version.flows script_version.language script_version.made_by
script_version.note script_version.published_by sealing.place text_received.line upload.by upload.checked
upload.columns upload.file_name upload.imported upload.rejected upload.stored webhook_delivery.reason
webhook_endpoint.name webhook_endpoint.url worker.ended_by worker.host worker.id worker.place
"""
# Hashes, seals and what is sealed with another key. ``decision.inputs`` is what the chain covers: ids, codes,
# times and counts, nothing personal.
HASHES = """
api_token.tail api_token.token_hash console_session.token_hash console_setup.token_hash
console_user.password_hash decision.inputs decision.link decision_head.deletions decision_head.link
decision_head.seal decision_head.start_link deletion.last_link deletion.link idempotent_request.digest
import_batch.file_sha256 script_version.digest sealing.check_value sealing.key_id sign_in_throttle.key
upload.sha256 webhook_endpoint.sealed_secret
"""


def test_every_column_of_words_is_sealed_or_named_with_why_not() -> None:
    clear = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if type(column.type) in PLAIN
    }
    named = [name for group in (CODES, KEYS, FIGURES, HOUSE, HASHES) for name in group.split()]
    assert len(named) == len(set(named))
    assert clear - set(named) == set(), "seal it (campaigns/store/sealed/types.py), or say here why not"
    assert set(named) - clear == set()
