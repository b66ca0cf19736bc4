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
from campaigns.store.models.experiments import Experiment, ExperimentArm
from campaigns.store.models.exports import ExportRecord
from campaigns.store.models.payments import Payment, Promise
from campaigns.store.models.tags import CustomerTag, CustomerTreatment
from campaigns.store.models.workers import WorkerRecord

__all__ = [
    "Account",
    "Attempt",
    "Base",
    "Call",
    "Campaign",
    "CampaignMember",
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
    "ImportBatch",
    "InstalmentPlan",
    "Invitation",
    "LegalFact",
    "Message",
    "Payment",
    "Permit",
    "PhoneNumber",
    "Promise",
    "ReliefOffer",
    "Suppression",
    "TurnRecord",
    "WorkerRecord",
]
