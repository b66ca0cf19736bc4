"""Files of facts for the rules before and during a loan."""
