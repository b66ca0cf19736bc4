"""Rows that leave the store, page by page."""
