"""The simulated line in sound: voices, networks and rooms around the same subscribers."""
