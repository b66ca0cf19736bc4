"""Tags: what can be said of a customer in a word, by rules in the language of grading."""
