"""The report over campaigns and days: what it asks for, its figures, and how they are shown."""
