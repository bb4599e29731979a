"""What deals says no with."""
