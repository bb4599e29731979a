"""Rows of deals."""
