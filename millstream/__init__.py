"""Millstream: live shows, fair shares, and the roads that carry the goods."""
