"""Tags of the pacts."""
