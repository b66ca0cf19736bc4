"""All tables. Importing this module registers every one of them with the metadata."""

from campaigns.store.models.audience import AudienceList, AudienceListEntry
from campaigns.store.models.base import Base
from campaigns.store.models.calls import Call, FollowUp, Suppression, Transfer, TurnRecord
from campaigns.store.models.campaigns import (
    Attempt,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Invitation,
    Permit,
)
from campaigns.store.models.compliance import DecisionHead, Deletion, LedgerGap, LegalFact
from campaigns.store.models.console import (
    ApiToken,
    Approval,
    AuditEntry,
    ConsoleSession,
    ConsoleSetup,
    ConsoleUser,
    Job,
    SignInThrottle,
)
from campaigns.store.models.customers import (
    Account,
    Customer,
    Grade,
    ImportBatch,
    InstalmentPlan,
    PhoneNumber,
    ReliefOffer,
)
from campaigns.store.models.experiments import Experiment, ExperimentArm
from campaigns.store.models.exports import ExportRecord
from campaigns.store.models.grading import LifeCycleGrade
from campaigns.store.models.intake import ColumnMapping, IdempotentRequest, Upload
from campaigns.store.models.lines import CampaignChange, HourAnswers, LineState, Pace
from campaigns.store.models.live import LiveBoard, LiveIncoming, LiveLine, LiveOrder, LiveWatch
from campaigns.store.models.messages import Message, PaymentLink, TextReceived
from campaigns.store.models.numbers import NumberReport
from campaigns.store.models.payments import Payment, Promise
from campaigns.store.models.people import PersonChange, SharedHistory
from campaigns.store.models.relief import ReliefEntry
from campaigns.store.models.retention import RetentionPeriod
from campaigns.store.models.reviews import Misunderstanding, QualityScore, ScorecardRecord
from campaigns.store.models.scripts import ScriptVersion
from campaigns.store.models.sealing import Sealing
from campaigns.store.models.tags import CustomerTag, CustomerTreatment
from campaigns.store.models.tallies import CampaignTally
from campaigns.store.models.treatments import TreatmentAction
from campaigns.store.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent
from campaigns.store.models.workers import WorkerRecord

__all__ = [
    "Account",
    "ApiToken",
    "Approval",
    "Attempt",
    "AudienceList",
    "AudienceListEntry",
    "AuditEntry",
    "Base",
    "Call",
    "Campaign",
    "CampaignChange",
    "CampaignMember",
    "CampaignTally",
    "ColumnMapping",
    "ConsoleSession",
    "ConsoleSetup",
    "ConsoleUser",
    "Customer",
    "CustomerTag",
    "CustomerTreatment",
    "DecisionHead",
    "DecisionRecord",
    "Deletion",
    "Experiment",
    "ExperimentArm",
    "ExportRecord",
    "FollowUp",
    "Grade",
    "HourAnswers",
    "IdempotentRequest",
    "ImportBatch",
    "InstalmentPlan",
    "Invitation",
    "Job",
    "LedgerGap",
    "LegalFact",
    "LifeCycleGrade",
    "LineState",
    "LiveBoard",
    "LiveIncoming",
    "LiveLine",
    "LiveOrder",
    "LiveWatch",
    "Message",
    "Misunderstanding",
    "NumberReport",
    "Pace",
    "Payment",
    "PaymentLink",
    "Permit",
    "PersonChange",
    "PhoneNumber",
    "Promise",
    "QualityScore",
    "ReliefEntry",
    "ReliefOffer",
    "RetentionPeriod",
    "ScorecardRecord",
    "ScriptVersion",
    "Sealing",
    "SharedHistory",
    "SignInThrottle",
    "Suppression",
    "TextReceived",
    "Transfer",
    "TreatmentAction",
    "TurnRecord",
    "Upload",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WorkerRecord",
]
