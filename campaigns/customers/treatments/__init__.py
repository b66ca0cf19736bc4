"""Treatments: what each customer gets, and how often they hear of us, by rules in the language of grading."""
