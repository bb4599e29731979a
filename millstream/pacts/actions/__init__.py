"""What changes pacts and freezes splits: one verb, one file, one transaction."""
