"""Files that people bring in: of what kind, which column means what, and whether they are safe to read."""
