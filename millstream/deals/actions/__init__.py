"""What can be done in deals."""
