"""What the console reads and writes: its own tables, and views of the others."""
