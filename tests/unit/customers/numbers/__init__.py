"""What is known of numbers."""
