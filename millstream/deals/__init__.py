"""Deals for a window and auctions by bids."""
