"""Simulated customers and dialogue tests."""
