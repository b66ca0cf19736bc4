"""Files that people bring in: what kind they are, which column means what, and whether they are safe to read."""
