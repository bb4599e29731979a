"""What gifts says no with."""
