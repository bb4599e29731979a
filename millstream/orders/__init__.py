"""Orders: what a buyer agreed with one seller, the till that commits it, and the payment that settles it."""
