"""All tables. Importing this module registers every one of them with the metadata."""

from campaigns.store.models.base import Base
from campaigns.store.models.calls import Call, FollowUp, Message, Suppression, TurnRecord
from campaigns.store.models.campaigns import (
    Attempt,
    Campaign,
    CampaignMember,
    DecisionRecord,
    Invitation,
    Permit,
)
from campaigns.store.models.compliance import DecisionHead, Deletion, LegalFact
from campaigns.store.models.customers import (
    Account,
    Customer,
    Grade,
    ImportBatch,
    InstalmentPlan,
    PhoneNumber,
    ReliefOffer,
)
from campaigns.store.models.lines import CampaignChange, HourAnswers, LineState, Pace
from campaigns.store.models.payments import Payment, Promise
from campaigns.store.models.tags import CustomerTag, CustomerTreatment
from campaigns.store.models.workers import WorkerRecord

__all__ = [
    "Account",
    "Attempt",
    "Base",
    "Call",
    "Campaign",
    "CampaignChange",
    "CampaignMember",
    "Customer",
    "CustomerTag",
    "CustomerTreatment",
    "DecisionHead",
    "DecisionRecord",
    "Deletion",
    "FollowUp",
    "Grade",
    "HourAnswers",
    "ImportBatch",
    "InstalmentPlan",
    "Invitation",
    "LegalFact",
    "LineState",
    "Message",
    "Pace",
    "Payment",
    "Permit",
    "PhoneNumber",
    "Promise",
    "ReliefOffer",
    "Suppression",
    "TurnRecord",
    "WorkerRecord",
]
