"""What notices says no with."""
