"""Pages, hooks and the API of orders."""
