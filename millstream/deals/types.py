"""Ids and records of deals."""
