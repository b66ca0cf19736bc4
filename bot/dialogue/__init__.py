"""Dialogue: the flow model, the policy that walks it, and the identity gate."""
