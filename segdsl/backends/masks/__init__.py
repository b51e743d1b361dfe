"""The masks backend: packed words over shared codes, in NumPy."""
