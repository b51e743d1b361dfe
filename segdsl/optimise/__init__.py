"""Makes plans smaller, and programs out of them."""
