"""Logs: lines for people, or JSON for machines; about which call, and never about whom."""
