"""What the simulator is made of: scripts at hand, each user's desk, and calls by voice."""
