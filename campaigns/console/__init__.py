"""The web application in which operations staff launch, watch and answer for campaigns."""
