"""Proofs over a flow's whole graph: what no conversation with it can ever do, whatever the customer says."""
