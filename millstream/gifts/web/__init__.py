"""Pages of gifts."""
