"""What `live` answers for contexts below it."""
