"""Shops, what they sell, and how much of it there is; the stock engine that sells the last unit once."""
