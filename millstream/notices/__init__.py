"""Telling people: by e-mail and web push."""
