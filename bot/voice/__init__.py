"""A call by voice: sound in, sound out, around a conversation."""
