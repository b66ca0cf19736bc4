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
from campaigns.store.models.payments import Payment, Promise
from campaigns.store.models.tags import CustomerTag, CustomerTreatment

__all__ = [
    "Account",
    "ApiToken",
    "Approval",
    "Attempt",
    "AuditEntry",
    "Base",
    "Call",
    "Campaign",
    "CampaignMember",
    "ConsoleSession",
    "ConsoleSetup",
    "ConsoleUser",
    "Customer",
    "CustomerTag",
    "CustomerTreatment",
    "DecisionHead",
    "DecisionRecord",
    "Deletion",
    "FollowUp",
    "Grade",
    "ImportBatch",
    "InstalmentPlan",
    "Invitation",
    "Job",
    "LegalFact",
    "Message",
    "Payment",
    "Permit",
    "PhoneNumber",
    "Promise",
    "ReliefOffer",
    "SignInThrottle",
    "Suppression",
    "TurnRecord",
]
