"""Outside systems: the picture library and the file store."""
