"""What people type into the larger forms, as values."""
