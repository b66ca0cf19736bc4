"""Understanding: intents, entities and stop words out of what was heard."""
