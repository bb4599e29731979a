"""Rows of gifts."""
