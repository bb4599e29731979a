"""What deals tells the world."""
