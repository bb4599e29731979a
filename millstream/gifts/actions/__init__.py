"""What can be done in gifts."""
