"""Builds the parse table when a wheel is built, or the package is installed from its checkout."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TABLE = "segdsl/syntax/parse_table.json"


class ParseTableHook(BuildHookInterface):
    """Writes the table beside the parser and puts it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the table; the module that builds it needs nothing else of the package."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        grammar = (root / "grammar" / "segdsl.lark").read_text(encoding="utf-8")
        tabulate = runpy.run_path(str(root / "segdsl" / "syntax" / "tabulate.py"))["tabulate"]
        table = json.dumps(tabulate(grammar), separators=(",", ":"))
        (root / TABLE).write_text(table, encoding="utf-8")
        build_data["artifacts"].append(TABLE)
