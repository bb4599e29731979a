"""What can be done with shows: one verb a file."""
