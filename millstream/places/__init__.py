"""The administrative registry: which places there are, how they lie in each other, by which codes at which time."""
