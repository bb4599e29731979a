"""What can be done in notices."""
