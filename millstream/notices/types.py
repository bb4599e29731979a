"""Ids and records of notices."""
