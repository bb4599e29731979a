"""What can be done to streams: one verb a file."""
