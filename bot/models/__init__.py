"""Models for hearing, speaking and voice activity: which there are, and getting them onto this machine."""
