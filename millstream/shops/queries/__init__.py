"""Reads of shops: what buyers see, what the shop's own people see."""
