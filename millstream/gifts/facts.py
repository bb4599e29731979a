"""What gifts tells the world."""
