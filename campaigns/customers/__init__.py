"""Customers: reading a portfolio file, normalising numbers, the customer record."""
