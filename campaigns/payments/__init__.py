"""Payments: reading the file in which the lender tells what arrived on accounts."""
