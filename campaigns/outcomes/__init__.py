"""Outcomes: dispositions, promises to pay, follow-ups and the report."""
