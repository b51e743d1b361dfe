"""The embedded backend: plan nodes as Polars expressions."""
