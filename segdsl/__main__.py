"""Makes `python -m segdsl` the command line."""

from segdsl.cli import main

main(prog_name="segdsl")
