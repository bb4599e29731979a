"""What changes money: one verb, one file, one transaction."""
