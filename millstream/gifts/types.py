"""Ids and records of gifts."""
