"""Outside systems that orders speak with: one file each."""
