"""What notices tells the world."""
