"""Runs programs over customers' data, from files to files."""
