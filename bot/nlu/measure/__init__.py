"""How well, how fast and at what cost utterances are understood, by any model on any examples."""
