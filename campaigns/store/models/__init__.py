"""All tables. Importing this module registers every one of them with the metadata."""

from campaigns.store.models.base import Base
from campaigns.store.models.calls import Call, FollowUp, Message, Promise, Suppression, TurnRecord
from campaigns.store.models.campaigns import Attempt, Campaign, CampaignMember, DecisionRecord, Permit
from campaigns.store.models.customers import Account, Customer, Grade, ImportBatch, PhoneNumber, ReliefOffer

__all__ = [
    "Account",
    "Attempt",
    "Base",
    "Call",
    "Campaign",
    "CampaignMember",
    "Customer",
    "DecisionRecord",
    "FollowUp",
    "Grade",
    "ImportBatch",
    "Message",
    "Permit",
    "PhoneNumber",
    "Promise",
    "ReliefOffer",
    "Suppression",
    "TurnRecord",
]
