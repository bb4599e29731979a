"""What can be done in a shop, one verb per file."""
