"""What can be done to the registry, one verb per file."""
