"""Compliance: rule packs and the one function that says whether a call may be placed. Pure.

::

    pack.py          the rule-pack format; its parts are sections.py, gates.py, people.py, speaking.py,
                     keeping.py, sources.py; packs/ holds one file a jurisdiction
    overrides.py     what a tenant's file may change: tighten anything, loosen a default up to its ``hard``
    effective.py     a pack with overrides applied, its identity and its content hash
    locality.py      where a customer may be, and which rules hold there
    facts.py         everything that a decision weighs, as plain values; facts_data.py: as records keep them
    checks/          one small check a rule
    decide.py        decide(facts, pack) -> Allow | Defer | Refuse
    inputs.py        what of a decision goes on record
    permits.py       how long leave to dial lasts
    consequences.py  what a stop word, a disposition or a number's status means after the call
    reasons.py       stable reason codes, their texts for operators, and what would have to change
    chain.py         the links of the decision log and the seal on its head; audit.py: walking it
    explain.py       why a call may or may not be placed
    replay.py        what other rules would have decided; rulebook.py: a pack as rows
    due.py           whether something on record is past its time
"""
