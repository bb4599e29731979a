"""Tags for other contexts' pages."""
