"""Places records no facts: the registry is reference data, and its rows carry their own valid ranges."""
