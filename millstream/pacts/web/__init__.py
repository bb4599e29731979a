"""Pages of the pacts."""
