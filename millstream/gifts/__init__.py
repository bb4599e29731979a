"""Coupons, red packets and draws."""
