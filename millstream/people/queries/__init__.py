"""Reads of people: actors and users, and who is one person."""
