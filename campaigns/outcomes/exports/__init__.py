"""Exports: what leaves the store row by row, in what form, and what never does."""
