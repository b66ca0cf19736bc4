"""The report over campaigns and days, counted by the database: aggregates leave it, never rows of calls."""
