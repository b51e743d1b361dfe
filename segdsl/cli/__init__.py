"""The command line: `segdsl`, one command a file."""

from segdsl.cli.group import main

__all__ = ["main"]
