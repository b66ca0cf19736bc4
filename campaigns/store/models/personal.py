"""Where personal data is, and what ends its keeping: a declaration of every table.

Every column that can hold words must be named here, as personal under a kind or as plain; numbers and times
go with their row. ``tests/unit/store/test_personal.py`` fails for a table or column that is not. A kind is of
the rule pack (``campaigns.compliance.keeping``), of the house (``campaigns.compliance.housekeeping``), or one
of ``STAYS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

CONTRACT, STAFF, EVIDENCE, REQUESTS, CALL = "contract", "staff", "evidence", "requests", "call"
STAYS: Final[Mapping[str, str]] = {
    CONTRACT: "the lender's ledger and the counts that the law rests on: not deleted, as no end is told",
    STAFF: "of people who work for the lender: as long as the record that they made",
    EVIDENCE: "proves what was done, for good: masked, or the house's own words",
    REQUESTS: "a day: campaigns.store.console.once",
    CALL: "while somebody watches a call: campaigns.store.live",
}


@dataclass(frozen=True, slots=True)
class Held:
    """One table. ``rows``: the kind of a row as a whole, None where it is about nobody; ``personal``: that of
    each personal column; ``plain``: columns of words that hold codes, names of ours or hashes.
    """

    rows: str | None
    personal: Mapping[str, str] = field(default_factory=dict)
    plain: tuple[str, ...] = ()


def _held(rows: str | None, plain: str = "", **kinds: str) -> Held:
    """``kinds``: the columns of each kind, as words."""
    personal = {column: kind for kind, columns in kinds.items() for column in columns.split()}
    return Held(rows, personal, tuple(plain.split()))


TABLES: Final[Mapping[str, Held]] = {
    "account": _held(
        CONTRACT,
        "product currency",
        contract="external_id arrears_history bill_history payment_history",
    ),
    "api_token": _held(STAFF, "token_hash tail scopes", staff="name"),
    "approval": _held(STAFF, "action subject_kind state", evidence="subject details comment"),
    "attempt": _held(CONTRACT, "state worker disposition line caller_id", contract="e164"),
    "audience_list": _held(None, "name", staff="created_by"),
    "audience_list_entry": _held("lists"),
    "audit_entry": _held("audit", "via action subject_kind", audit="by address subject before after reason"),
    "call": _held(
        CONTRACT,
        "direction line line_call_id flow flow_version cause disposition",
        contract="e164",
        transcripts="brief",
        recordings="recording carrier_recording",
    ),
    "campaign": _held(
        None,
        "name flow purpose state pause_reason pause_said audience standing windows retries caller_ids "
        "priorities control_groups",
    ),
    "campaign_change": _held(None, "what before after", staff="by"),
    "campaign_member": _held(CONTRACT, "state worker outcome reason timing treatment", contract="grade"),
    "campaign_tally": _held(None, "what code"),
    "column_mapping": _held(None, "kind name columns", staff="by"),
    "console_session": _held("sessions", "token_hash", sessions="address agent"),
    "console_setup": _held(STAFF, "token_hash"),
    "console_user": _held(STAFF, "roles language theme", staff="username display_name password_hash"),
    "customer": _held(CONTRACT, contract="external_id name gender id_tail region attributes"),
    "customer_tag": _held(CONTRACT, "source", contract="tag"),
    "customer_treatment": _held(CONTRACT, "source", contract="treatment reasons"),
    "decision": _held("decisions", "verdict reason pack link", decisions="inputs"),
    "decision_head": _held(None, "start_link link deletions seal"),
    "deletion": _held(None, "kind last_link why link"),
    "experiment": _held(None, "name"),
    "experiment_arm": _held(None, "name kind flow"),
    "export_record": _held(None, "dataset format", staff="actor", evidence="reason filters file_name"),
    "follow_up": _held(CONTRACT, "reason state", notes="note", staff="closed_by"),
    "grade": _held("grades", "rules_version", grades="letter reasons"),
    "hour_answers": _held(None, "day"),
    "idempotent_request": _held(REQUESTS, "key digest", requests="answer"),
    "import_batch": _held(None, "file_name file_sha256"),
    "instalment_plan": _held(CONTRACT, staff="approved_by"),
    "invitation": _held(None, "text", staff="approved_by"),
    "job": _held("jobs", "kind subject_kind state", jobs="subject arguments note result error by"),
    "ledger_gap": _held(None, "reason", staff="restored_by confirmed_by"),
    "legal_fact": _held(CONTRACT, "kind", contract="e164 details evidence", staff="recorded_by"),
    "life_cycle_grade": _held("grades", "stage rules_version", grades="key letter outcome reasons facts"),
    "line_state": _held(None, "line circuit starts campaigns fault"),
    "live_board": _held(CALL, "worker", call="calls"),
    "live_incoming": _held(CALL, "teller line line_call_id", call="e164"),
    "live_line": _held("live", "call speaker intent", live="text"),
    "live_order": _held(CALL, "call pending kind state detail", staff="by why"),
    "live_watch": _held(CALL, "call"),
    "message": _held(
        CONTRACT,
        "channel occasion template key state line line_message_id reason pack",
        messages="body",
        contract="e164",
    ),
    "misunderstanding": _held(CONTRACT, "intent", staff="by"),
    "number_report": _held(CONTRACT, "status source", contract="e164"),
    "pace": _held(None, "name starts"),
    "payment": _held(CONTRACT, "currency file_name", contract="reference"),
    "payment_link": _held("links"),
    "permit": _held(CONTRACT, "id pack", contract="e164"),
    "person_change": _held(CONTRACT, "kind", evidence="reason details", staff="by"),
    "phone_number": _held(CONTRACT, "relation status status_source", contract="e164"),
    "promise": _held(CONTRACT, "currency state reason"),
    "quality_score": _held(CONTRACT, "scorecard points", transcripts="note", staff="by"),
    "relief_entry": _held(CONTRACT, "kind currency reason", staff="approved_by"),
    "relief_offer": _held(CONTRACT, "kind", staff="approved_by"),
    "retention_period": _held(None, "kind reason", staff="by"),
    "scorecard": _held(None, "label content"),
    "script_version": _held(None, "language digest flows note", staff="made_by published_by"),
    "sealing": _held(None, "state key_id check_value place"),
    "shared_history": _held(CONTRACT, contract="kept"),
    "sign_in_throttle": _held("sign_ins", sign_ins="key"),
    "suppression": _held(CONTRACT, "reason", contract="e164"),
    "text_received": _held(CONTRACT, "line line_message_id wish", texts="text", contract="e164"),
    "transfer": _held(CONTRACT, "state", staff="agent"),
    "treatment_action": _held(CONTRACT, "treatment action state", contract="details"),
    "turn": _held("transcripts", "speaker prompt step", transcripts="text heard intent details"),
    "upload": _held(None, "kind file_name stored sha256 columns state checked imported rejected", staff="by"),
    "webhook_delivery": _held("events", "state", events="stream reason"),
    "webhook_endpoint": _held(None, "name url sealed_secret events"),
    "webhook_event": _held("events", "uid type", events="stream data"),
    "worker": _held(None, "id host place state ended_by"),
}
