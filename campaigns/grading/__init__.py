"""Grading: strong rules, weak rules and a scorecard, as data, give each customer A to D with reasons."""
