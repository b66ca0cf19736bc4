"""Compliance: rule packs and the one function that says whether a call may be placed. Pure.

::

    pack.py          the rule-pack format, of sections.py; packs/ holds one file a jurisdiction
    overrides.py     what a tenant's file may change: tighten anything, loosen a default up to its ``hard``
    effective.py     a pack with overrides applied, its identity and its content hash
    facts.py         everything that a decision weighs, as plain values
    checks/          one small check a rule
    decide.py        decide(facts, pack) -> Allow | Defer | Refuse, and the summary for the decision record
    permits.py       how long leave to dial lasts
    consequences.py  what a stop word, a disposition or a number's status means after the call
    reasons.py       stable reason codes, and their texts for operators
"""
