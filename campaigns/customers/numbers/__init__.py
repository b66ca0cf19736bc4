"""What is known of the state of numbers, who told it, and how far that is believed."""
