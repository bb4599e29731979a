"""Reads of logistics, by what they are about."""
