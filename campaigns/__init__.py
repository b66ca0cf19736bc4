"""The business: customers, grades, compliance, dialling and outcomes around the bot and the line."""
