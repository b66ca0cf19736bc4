"""Simulated customers: personas as data, answers by seed."""
