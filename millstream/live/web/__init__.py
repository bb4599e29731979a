"""Pages of shows, rooms and the studio."""
