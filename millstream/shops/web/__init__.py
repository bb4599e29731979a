"""Pages of the storefront and of the shop desk."""
