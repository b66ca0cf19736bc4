"""What the pages of calls are made of."""
